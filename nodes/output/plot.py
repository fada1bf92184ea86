"""Plots as results."""

from __future__ import annotations

from graphs import node
from nodes.contracts.plot import Plot


@node(output=True)
def plot(plot: Plot) -> Plot:
    """A plot to keep: it is saved as a picture, with the graph inside, and as a CSV file of its numbers.

    The plots of a sweep become panels of one, all with the same axes. The plot is unchanged. Cost: none.
    """
    return plot
