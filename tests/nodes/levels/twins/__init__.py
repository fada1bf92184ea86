"""Grids beside those of other libraries."""
