"""Hoppers on lattices: independent walkers that step from site to site."""
