"""A grid for each row from its own level on."""

from __future__ import annotations

import torch

from graphs import Estimate, InputError, Known, Span, node
from nodes.contracts.levels import Levels
from nodes.contracts.sample import Sample


def cost(known: Known) -> Estimate:
    """At most as many steps."""
    return Estimate(steps=Span(1, known.input("levels").steps.high))


@node(cost=cost)
def below(levels: Levels, sample: Sample) -> Levels:
    """What is left of falling levels for rows that lie at levels of their own: s'_kr = min(s_k, s_r), [N + 1, R].

    A row waits at its level s_r until the grid has come there, which costs it nothing, and then falls with the others.
    So states that other methods leave in the middle, as solver.dlg does, are brought to data by any solver. At s = inf
    it is the grid itself. Cost: none.
    Errors: levels that rise or differ by row or place; a row above the first level; rows of one origin at two levels.
    """
    s = levels.s.double()
    if s.ndim > 1 or bool((s[1:] > s[:-1]).any()) or sample.s.ndim > 1:
        raise InputError(
            "only falling levels that are the same for all can be cut off at each row's own",
            given=f"{levels.describe()}, of shape {list(s.shape)}; sample levels of shape {list(sample.s.shape)}",
            allowed="levels [N + 1] that fall, and a sample with one level a row",
        )
    above = (sample.s > s[0]) & torch.isfinite(sample.s)
    if bool(above.any()):
        raise InputError(
            "a row lies above the first level",
            given=f"s = {float(sample.s[above][0]):.4g}, {levels.describe()}",
            mend="begin the levels higher",
        )
    origin = sample.rows.origin
    own = torch.full((int(origin.max()) + 1 if len(origin) else 1,), torch.inf, dtype=torch.float64)
    own[origin] = sample.s.double()
    if bool((own[origin] != sample.s).any()):
        raise InputError(
            "rows of one origin lie at different levels, and levels go by origin",
            given=sample.describe(),
            allowed="one level for all rows of an origin",
            mend="keep one row of each origin",
        )
    return Levels(torch.minimum(s[:, None], own))
