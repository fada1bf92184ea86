"""A grid within two levels."""

from __future__ import annotations

import math
from typing import Annotated

from graphs import Estimate, InputError, Known, Number, Span, node
from nodes.contracts.levels import Levels
from nodes.levels.doubles import without_doubles

Bound = Annotated[float, Number(minimum=0, maximum=1e6, infinite=True)]


def cost(known: Known) -> Estimate:
    """At most as many steps."""
    return Estimate(steps=Span(1, known.input("levels").steps.high))


@node(cost=cost, also=("levels.truncate",))
def clip(levels: Levels, *, sigma_min: Bound = 0.0, sigma_max: Bound = math.inf) -> Levels:
    """The levels between sigma_min and sigma_max, both ends in it: s' = min(max(s, sigma_min), sigma_max); [≤ N + 1].

    Steps that go nowhere are left out. So a grid begins below pure noise, as for a start that was noised less, or
    stops before the data. Levels for each row or place keep their shape. Cost: none.
    Errors: sigma_min not below sigma_max; no step left.
    """
    if sigma_min >= sigma_max:
        raise InputError(
            "sigma_min is not below sigma_max",
            given=f"sigma_min {sigma_min:g}, sigma_max {sigma_max:g}",
            mend="lower sigma_min or raise sigma_max",
        )
    kept = without_doubles(levels.s.clamp(sigma_min, sigma_max))
    if len(kept) == 1:
        raise InputError(
            "no step is left between the two levels",
            given=f"{levels.describe()}; {sigma_min:g} … {sigma_max:g}",
            mend="let the two levels be farther apart",
        )
    return Levels(kept)
