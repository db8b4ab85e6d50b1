"""Sweeps: one scenario at many points, from ranges of parameters to a table and a figure."""
