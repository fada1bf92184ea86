"""A grid with more levels in it."""

from __future__ import annotations

from typing import Annotated

import torch

from graphs import Estimate, InputError, Known, Number, NumberList, Span, node
from nodes.contracts.levels import Levels
from nodes.levels.doubles import without_doubles

Inserted = Annotated[tuple[float, ...], NumberList(item=Number(minimum=0, maximum=1e6))]


def cost(known: Known) -> Estimate:
    """As many steps more as there are levels more, unless they were there."""
    given, sigmas = known.input("levels"), known.value("sigmas")
    more = len(sigmas) if isinstance(sigmas, tuple | list) else float("inf")
    steps = Span(given.steps.low, given.steps.high + more)
    return Estimate(steps=steps, first_open=given.first_open, last_open=given.last_open)


@node(cost=cost)
def insert(levels: Levels, *, sigmas: Inserted = (1.0,)) -> Levels:
    """The levels with more of them between, each at its place in the order: [N + 1] → [N + 1 + K].

    Those that are there already are not added. So a grid can be made to stop where something changes, as at the ends of
    an interval of guidance. Cost: none.
    Errors: levels that turn, or that rows or places have of their own; one beyond the ends.
    """
    s, down = levels.s, bool(levels.s[0].max() > levels.s[-1].max())
    if s.ndim > 1 or not bool((s[:-1] > s[1:] if down else s[:-1] < s[1:]).all()):
        raise InputError(
            "these levels have no one order",
            where="levels",
            given=f"levels {list(s.shape)}",
            allowed="levels [N + 1] that fall, or that rise",
        )
    more = torch.tensor(sigmas, dtype=torch.float64)
    beyond = more[(more > s.max()) | (more < s.min())]
    if len(beyond):
        raise InputError(
            "a level lies beyond the ends",
            where="sigmas",
            given=f"{float(beyond[0]):g}",
            allowed=f"from {float(s.min()):g} to {float(s.max()):g}",
            mend="take it out, or join levels that reach it",
        )
    rising = without_doubles(torch.cat([s, more]).sort().values)
    return Levels(rising.flip(0) if down else rising)
