"""Grids of noise levels."""
