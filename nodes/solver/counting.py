"""How often a solver will ask its model over a grid, known before anything runs."""

from __future__ import annotations

from graphs import UNKNOWN, Estimate, Span


def calls_over(solver: Estimate, levels: Estimate) -> Span:
    """The calls over the whole grid."""
    return calls_between(solver, levels, Span.of(0), levels.steps)


def calls_between(solver: Estimate, levels: Estimate, begin: Span, end: Span) -> Span:
    """The calls of the steps numbered from `begin` to `end` of the grid.

    A solver tells its calls in steps that lead from a finite level to s = 0, and what it `saves` at an end that is pure
    noise or data, where there is no slope; so a grid that ends above 0 costs so much more. Of a part: the calls of the
    steps after `begin`, less those of the steps after `end`.
    """
    if solver.calls is None:
        return UNKNOWN
    left, after = _less(levels.steps, begin), _less(levels.steps, end)
    whole = solver.calls(left) if left.high else Span.of(0)
    if not solver.saves:
        last, first = Span.of(0), Span.of(0)
    else:
        last = Span.of(solver.saves) * Span(1 - levels.last_open.high, 1 - levels.last_open.low)
        first = Span.of(solver.saves) * levels.first_open * Span(begin.high == 0, begin.low == 0)
    if not after.high or levels.steps == end:
        return _less(whole + last, first)
    return _less(_less(whole, solver.calls(after) if after.low else Span(0, solver.calls(after).high)), first)


def made_before(begin: Estimate) -> Span:
    """The steps that were made before: a state halfway tells them, a sample has none to tell."""
    return Span.of(0) if begin.steps == UNKNOWN else begin.steps


def _less(one: Span, other: Span) -> Span:
    return Span(max(0.0, one.low - other.high), max(0.0, one.high - other.low))
