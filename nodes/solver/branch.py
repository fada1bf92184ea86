"""Other futures of a state."""

from __future__ import annotations

import torch

from graphs import Count, Estimate, Known, Seed, node
from nodes.contracts.state import Halfway


def cost(known: Known) -> Estimate:
    """So many times the rows."""
    begin = known.input("halfway")
    return Estimate(rows=begin.rows * known.number("count"), steps=begin.steps)


@node(cost=cost)
def branch(halfway: Halfway, *, seed: Seed = 0, count: Count = 1) -> Halfway:
    """`count` branches of each row of a state, side by side, with lineages of their own.

    They have the row's point, history and origin; what a stochastic solver draws from here on is theirs, a function of
    the row, `seed` and the branch's number. A deterministic solver takes them all to the same end. Cost: none.
    """
    state = halfway.state
    index = torch.arange(len(state.rows)).repeat_interleave(count)
    return Halfway(halfway.position, state.take(index, state.rows.fork(count, f"branch {seed}")))
