"""Whether a grid ends at the data."""

from __future__ import annotations

from typing import Literal

import torch

from graphs import Estimate, InputError, Known, Span, node
from nodes.contracts.levels import Levels


def cost(known: Known) -> Estimate:
    """A step more or less, where the end was the other."""
    given, final = known.input("levels"), known.value("final_sigmas_type")
    steps = Span(max(1, given.steps.low - 1), given.steps.high + 1)
    last = Span(0, 1) if final is None else Span.of(final == "zero")
    return Estimate(steps=steps, first_open=given.first_open, last_open=last)


@node(cost=cost)
def final(levels: Levels, *, final_sigmas_type: Literal["zero", "sigma_min"] = "zero") -> Levels:
    """The levels with a step to 0 at their end, or without it: s_N = 0 or s_N > 0; [N + 1] → [N + 2] or [N].

    "zero": 0 follows, unless it is there. "sigma_min": all that is 0 at the end is left out. Cost: none.
    Errors: nothing left but one level.
    """
    if final_sigmas_type == "zero":
        open_end = bool((levels.s[-1] != 0).any())
        return Levels(torch.cat([levels.s, torch.zeros_like(levels.s[-1:])])) if open_end else levels
    noised = (levels.s != 0).flatten(1).any(1) if levels.s.ndim > 1 else levels.s != 0
    count = int(noised.nonzero()[-1]) + 1 if bool(noised.any()) else 0
    if count < 2:  # noqa: PLR2004 - a step has two ends
        raise InputError(
            "no step is left without the data",
            given=levels.describe(),
            allowed="levels with a step that does not end at 0",
            mend="take more steps",
        )
    return Levels(levels.s[:count])
