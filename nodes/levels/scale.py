"""A grid with all levels higher or lower by a factor."""

from __future__ import annotations

from typing import Annotated

from graphs import Estimate, Known, Number, node
from nodes.contracts.levels import Levels


def cost(known: Known) -> Estimate:
    """As many steps, open where they were."""
    given = known.input("levels")
    return Estimate(steps=given.steps, first_open=given.first_open, last_open=given.last_open)


@node(cost=cost, also=("levels.shift",))
def scale(levels: Levels, *, factor: Annotated[float, Number(minimum=1e-6, maximum=1e6, scale="log")] = 3.0) -> Levels:
    """Every level times the factor: s' = factor·s, which keeps 0 and inf; the shape stays, [N + 1] or [N + 1, R, *map].

    Of a flow it is the time shift t' = k t/(1 + (k − 1) t) (Esser et al. 2024, arXiv:2403.03206): log(α/σ) moves by
    −log k. Of data k times as large it is the same grid. Cost: none.
    """
    return Levels(levels.s * factor)
