"""Several grids, one after the other."""

from __future__ import annotations

import torch

from graphs import Estimate, InputError, Known, Span, node
from nodes.contracts.levels import Levels


def cost(known: Known) -> Estimate:
    """The steps of all, and one for each joint where they do not meet."""
    parts = known.inputs.get("parts", ())
    low = sum(part.steps.low for part in parts)
    high = sum(part.steps.high for part in parts) + max(0, len(parts) - 1)
    return Estimate(steps=Span(low, high))


@node(cost=cost)
def join(parts: tuple[Levels, ...]) -> Levels:
    """The levels of all parts in order, [ΣN + 1]: a level at which one ends and the next begins stands there once.

    Where they do not meet, a step leads from one to the next, up or down. What levels.split cut is put together again.
    Cost: none. Errors: no parts; parts of other rows or places.
    """
    if not parts:
        raise InputError("there is nothing to join", where="parts", mend="wire levels")
    shapes = sorted({tuple(part.s.shape[1:]) for part in parts})
    if len(shapes) > 1:
        raise InputError(
            "the parts are levels of different rows or places",
            where="parts",
            given=", ".join(str([len(part.s), *part.s.shape[1:]]) for part in parts),
            allowed="parts that are alike but for their steps",
        )
    joined = [parts[0].s]
    for part in parts[1:]:
        meet = torch.equal(joined[-1][-1], part.s[0])
        joined.append(part.s[1:] if meet else part.s)
    return Levels(torch.cat(joined))
