"""The commands of ``fluxwalk``, a file for each kind of question."""
