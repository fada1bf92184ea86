"""A grid as two."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from graphs import Estimate, InputError, Known, Number, Span, node
from nodes.contracts.levels import Levels


class Parts(NamedTuple):
    """The steps until the cut, and those from it on."""

    before: Levels
    after: Levels


def cost(known: Known) -> Estimate:
    """At most one step less than there were."""
    return Estimate(steps=Span(1, known.input("levels").steps.high))


@node(cost=cost)
def split(
    levels: Levels,
    *,
    step: Annotated[int, Number(integer=True, minimum=1, maximum=10000)] = 5,
    sigma: Annotated[float, Number(minimum=0, maximum=1e6)] | None = None,
) -> Parts:
    """The levels in two parts that share one: s_0 … s_k and s_k … s_N, [k + 1] and [N − k + 1]; k = `step`.

    With a `sigma` k is the first step at or beyond this level, down or up. So the first steps may have another model or
    solver than the others: the sample goes from one to the other at s_k. Cost: none.
    Errors: nothing before or after the cut; a `sigma` where rows or places have levels of their own.
    """
    cut = step if sigma is None else first_beyond(levels, sigma)
    if not 0 < cut < len(levels):
        raise InputError(
            "there are no steps on one side of the cut",
            given=f"a cut after {cut} of {len(levels)} steps",
            allowed=f"1 to {len(levels) - 1}" if len(levels) > 1 else "levels of two steps or more",
            mend="cut elsewhere, or take more steps",
        )
    return Parts(Levels(levels.s[: cut + 1]), Levels(levels.s[cut:]))


def first_beyond(levels: Levels, sigma: float) -> int:
    """How many steps it takes to come to this level or beyond it; the number of steps, where none does."""
    if levels.s.ndim > 1:
        raise InputError(
            "rows with levels of their own are not at one level at the same time",
            given=f"levels {list(levels.s.shape)}",
            allowed="levels [N + 1]",
            mend="cut by `step`",
        )
    s = levels.s
    reached = s >= sigma if bool(s[-1] > s[0]) else s <= sigma
    return int(reached.nonzero()[0]) if bool(reached.any()) else len(levels)
