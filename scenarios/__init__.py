"""Scenarios: one file each, from a microscopic rule to a verdict."""
