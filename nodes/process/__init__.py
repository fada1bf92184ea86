"""Processes on wires, for the grids by time."""
