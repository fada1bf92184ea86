"""A grid walked the other way."""

from __future__ import annotations

from graphs import Estimate, Known, node
from nodes.contracts.levels import Levels


def cost(known: Known) -> Estimate:
    """As many steps; where it is open is not worked out."""
    return Estimate(steps=known.input("levels").steps)


@node(cost=cost)
def flip(levels: Levels) -> Levels:
    """The same noise levels in the other order, as for inversion: s'_i = s_(N − i), from data up to noise.

    Flipped twice they are what they were. The shape stays, [N + 1] or [N + 1, R] or [N + 1, R, *map]. Cost: none.
    """
    return Levels(levels.s.flip(0))
