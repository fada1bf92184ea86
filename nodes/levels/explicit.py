"""A grid written out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated

import torch

from graphs import Estimate, InputError, Known, Number, NumberList, Span, also, node
from nodes.contracts.levels import Levels

Listed = Annotated[
    tuple[float, ...], NumberList(item=Number(minimum=0, maximum=1e6, infinite=True), shortest=2), also("levels")
]


def cost(known: Known) -> Estimate:
    """One step less than there are levels."""
    sigmas = known.value("sigmas")
    if not isinstance(sigmas, Sequence):
        return Estimate()
    first, last = Span.of(math.inf in sigmas[:1]), Span.of(sigmas[-1] in (0, math.inf))
    return Estimate(steps=Span.of(len(sigmas) - 1), first_open=first, last_open=last)


@node(cost=cost)
def explicit(*, sigmas: Listed = (80.0, 20.0, 5.0, 1.0, 0.2, 0.0)) -> Levels:
    """Noise levels as they are listed: at least two, in the order of the steps, [N + 1] float64.

    Each is s = σ/α, from 0 (data) to "inf" (pure noise). They may rise, and turn. Unlike the custom `sigmas` of
    diffusers the list holds the last level too, mostly 0. Cost: none. Errors: a level twice in a row.
    """
    for number, (now, then) in enumerate(pairwise(sigmas)):
        if now == then:
            raise InputError(
                "a level stands twice in a row, so a step would go nowhere",
                given=f"{now:g} at places {number + 1} and {number + 2}",
                allowed="neighbours that differ",
                mend="take one of them out",
            )
    return Levels(torch.tensor(sigmas, dtype=torch.float64))
