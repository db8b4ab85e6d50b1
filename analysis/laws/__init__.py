"""Laws: plain functions of macroscopic parameters, one room per field of physics."""
