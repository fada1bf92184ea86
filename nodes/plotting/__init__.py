"""Plots as pictures and as numbers: how the data of a plot are drawn and written down."""
