"""A grid with each step cut into smaller ones."""

from __future__ import annotations

from typing import Annotated

import torch

from graphs import Estimate, Known, Number, node
from nodes.contracts.levels import Levels, angle


def cost(known: Known) -> Estimate:
    """So many times the steps."""
    given = known.input("levels")
    return Estimate(steps=given.steps * known.number("into"), first_open=given.first_open, last_open=given.last_open)


@node(cost=cost)
def refine(
    levels: Levels, *, into: Annotated[int, Number(integer=True, minimum=1, maximum=1000, work=True)] = 2
) -> Levels:
    """Every step as `into` steps, even in the angle φ = atan s, which is finite at both ends: [N + 1] → [N·into + 1].

    The levels that were there stay. Solved on both, the difference is the error of the steps. Rows and places keep
    levels of their own. Cost: none.
    """
    s = levels.s
    begun, ended = angle(s[:-1]), angle(s[1:])
    parts = [torch.tan(begun + (ended - begun) * number / into) for number in range(1, into)]
    fine = torch.stack([s[:-1], *parts], 1).flatten(0, 1)
    return Levels(torch.cat([fine, s[-1:]]))
