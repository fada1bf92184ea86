"""A setting that means "nothing" changes no bit, and asks nothing superfluous."""

from __future__ import annotations

import torch

from graphs import Span
from nodes.contracts.asking import predict
from nodes.contracts.cond import Cond
from nodes.contracts.driving import solve
from nodes.contracts.model import Model
from nodes.contracts.solver import Solver
from tests.laws import exact
from tests.laws.comparing import contents, differences
from tests.laws.exemptions import NULLS
from tests.laws.kit import World
from tests.laws.stating import built, law, solver_of
from tests.laws.subjects import Built, Subject
from tests.laws.trials import model_of, noise_of


def nulls(subject: Subject) -> tuple[str, tuple[float, ...]] | None:
    """The parameter that switches a node off, and the values that may do so."""
    for name, values in NULLS.items():
        parameter = subject.record.parameter(name)
        if parameter is not None:
            return parameter.name, values
    return None


def may_be_nothing(subject: Subject) -> bool:
    """A node that makes a behaviour of one of the same type, and can be switched off."""
    return (
        any(subject.gives(kind) and subject.takes(kind) for kind in ("Model", "Solver")) and nulls(subject) is not None
    )


@law("a null setting is the identity", may_be_nothing)
def test_a_null_setting_is_the_identity_bitwise(subject: Subject) -> None:
    made = switched_off(subject)
    if isinstance(made.value, Model):
        assert same_model_under_some_condition(made.value, made)
    else:
        same_solver(solver_of(made), solver_inside(made), made.world)


def switched_off(subject: Subject) -> Built:
    """The node with its null setting."""
    found = nulls(subject)
    assert found is not None
    name, values = found
    made = [built(subject.having(**{name: value})) for value in values]
    return next((entry for entry in made if costs_nothing(entry)), made[0])


def costs_nothing(made: Built) -> bool:
    """Whether the node declares to cost what it is made of."""
    kind = Model if isinstance(made.value, Model) else Solver
    inner = next(entry.estimate for entry in made.given.values() if isinstance(entry.value, kind))
    calls = [None if known.calls is None else known.calls(Span.of(4)) for known in (made.estimate, inner)]
    return made.estimate.each == inner.each and calls[0] == calls[1]


def model_inside(made: Built) -> Model:
    """The model that the node is made of."""
    return next(entry.value for entry in made.given.values() if isinstance(entry.value, Model))


def solver_inside(made: Built) -> Solver:
    """The solver that the node is made of."""
    return next(entry.value for entry in made.given.values() if isinstance(entry.value, Solver))


def same_model_under_some_condition(outer: Model, made: Built) -> bool:
    """Whether it is the model that it is made of, asked for one of the conditions that it was given, or for none."""
    conditions = [None, *(entry.value for entry in made.given.values() if isinstance(entry.value, Cond))]
    return any(same_model(outer, model_inside(made), cond) for cond in conditions)


def same_model(outer: Model, inner: Model, cond: Cond | None) -> bool:
    """Whether both answer alike at every level, and ask as many rows."""
    sample = exact.noise()
    bound = None if cond is None else cond.gather(sample.rows.origin)
    alike = []
    for s in (0.1, 1.0, 20.0, float("inf")):
        x = sample.x if s == float("inf") else exact.at_level(sample, s).x
        asked, wanted = exact.context(), exact.context()
        with torch.no_grad():
            answer = predict(outer, exact.question(x, s, sample.rows), asked)
            expected = predict(inner, exact.question(x, s, sample.rows, bound), wanted)
        spent = [(ctx.meter.rows, ctx.meter.backwards) for ctx in (asked, wanted)]
        bare = (answer.eps is None) == (expected.eps is None) and not answer.keep.keys() - expected.keep.keys()
        alike.append(torch.equal(answer.x0, expected.x0) and bare and spent[0] == spent[1])
        alike.append(outer.cost(s) == inner.cost(s))
    return all(alike)


def same_solver(outer: Solver, inner: Solver, world: World) -> None:
    """Both go the same way, and ask as often."""
    asked, wanted = exact.context(), exact.context()
    found = solve(model_of(world), outer, noise_of(world), exact.levels(), asked)
    expected = solve(model_of(world), inner, noise_of(world), exact.levels(), wanted)
    same = [name for name in contents(found) if name in contents(expected)]
    assert not differences({name: contents(found)[name] for name in same}, contents(expected))
    assert asked.meter.rows == wanted.meter.rows
    assert outer.calls(4) == inner.calls(4)
