"""What is spent is what was declared: by the node for a plan, and by the behaviour itself."""

from __future__ import annotations

import torch

from graphs import Estimate, Span
from nodes.contracts.asking import predict
from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels
from tests.laws import exact
from tests.laws.asking import tolerance_of
from tests.laws.exact import BATCH
from tests.laws.stating import built, is_model, is_solver, law, model_of, solver_of
from tests.laws.subjects import Subject
from tests.laws.trials import model_of as model_in
from tests.laws.trials import noise_like, noise_of

LENGTHS = (2, 4)
BEHAVIOURS = ("Model", "Solver", "Reward", "Operator", "Codec", "Program", "Process")


def within(number: float, span: Span) -> bool:
    """Whether a number lies in a span."""
    return span.low <= number <= span.high


@law("measured NFE equals the declared cost", is_solver)
def test_a_solver_asks_as_often_as_it_says(subject: Subject) -> None:
    made = built(subject)
    solver = solver_of(made)
    for steps in LENGTHS:
        ctx = exact.context()
        solve(model_in(made.world), solver, noise_of(made.world), falling(steps), ctx)
        declared = made.estimate.calls
        assert declared is not None, "a solver's node declares its calls: @node(cost=Estimate(calls=...))"
        span = declared(Span.of(steps))
        assert span.high < float("inf")
        assert within(solver.calls(steps), span), steps
        assert within(ctx.meter.rows / BATCH, span), (steps, ctx.meter.rows / BATCH, span)


@law("measured NFE equals the declared cost", is_model)
def test_a_model_asks_as_many_rows_as_it_says(subject: Subject) -> None:
    made = built(subject)
    model = model_of(made)
    sample = noise_like(model, 2 if tolerance_of(model) else BATCH)
    for s in (0.05, 0.7, 2.0, 30.0):
        ctx = exact.context()
        with torch.no_grad():
            predict(model, exact.question(exact.at_level(sample, s).x, s, sample.rows), ctx)
        assert ctx.meter.rows == len(sample.rows) * model.cost(s), s
        assert within(model.cost(s), made.estimate.each), s
    assert made.estimate.each.high < float("inf"), "a model's node declares its rows: @node(cost=Estimate(each=...))"


def computes(subject: Subject) -> bool:
    """A node that does something itself, and gives no behaviour."""
    return not any(subject.gives(kind) for kind in BEHAVIOURS)


@law("measured NFE equals the declared cost", computes)
def test_a_node_spends_what_it_says(subject: Subject) -> None:
    made = built(subject)
    assert within(made.meter.rows, made.estimate.nfe), made.estimate.nfe
    if any(subject.takes(kind) for kind in ("Model", "Program", "Solver")):
        assert made.estimate.nfe.exact or made.estimate.nfe.high < float("inf"), "nothing is known of its cost"


@law("a behaviour is built without asking anything", lambda subject: not computes(subject))
def test_a_behaviour_is_built_without_asking_anything(subject: Subject) -> None:
    made = built(subject)
    assert (made.meter.rows, made.meter.rewards, made.meter.decodes) == (0, 0, 0)
    assert made.estimate.nfe == Estimate().nfe


@law("a grid is as long and as open as it was declared", lambda subject: subject.gives("Levels"))
def test_a_grid_is_as_long_and_as_open_as_it_says(subject: Subject) -> None:
    made = built(subject)
    for value in made.value if isinstance(made.value, tuple) else (made.value,):
        if not isinstance(value, Levels):
            continue
        assert within(len(value), made.estimate.steps), made.estimate.steps
        assert within(bool(torch.isinf(value.s[0]).any()), made.estimate.first_open)
        last = value.s[-1]
        assert within(bool((torch.isinf(last) | (last == 0)).any()), made.estimate.last_open)


def falling(steps: int) -> Levels:
    """So many steps, to s = 0."""
    return Levels(torch.cat([torch.logspace(1, -1, steps, dtype=torch.float64), torch.zeros(1, dtype=torch.float64)]))
