"""A setting that means "nothing" changes no bit, and asks nothing superfluous."""

from __future__ import annotations

import pytest
import torch

from nodes.contracts.asking import predict
from nodes.contracts.cond import Cond
from nodes.contracts.driving import solve
from nodes.contracts.model import Model
from nodes.contracts.query import Query
from nodes.contracts.solver import Solver
from tests.laws import exact
from tests.laws.comparing import contents, differences
from tests.laws.exemptions import NULLS
from tests.laws.kit import World
from tests.laws.stating import built, law
from tests.laws.subjects import Built, Subject
from tests.laws.trials import model_of, noise_of

GIVEN_AS = {"Model": Model, "Solver": Solver}


def nulls(subject: Subject) -> dict[str, float]:
    """The parameters that switch a node off, with the values that do."""
    return {entry.name: NULLS[entry.name] for entry in subject.record.parameters if entry.name in NULLS}


def may_be_nothing(subject: Subject) -> bool:
    """A node that makes a behaviour of one of the same type, and can be switched off."""
    return any(subject.gives(kind) and subject.takes(kind) for kind in GIVEN_AS) and bool(nulls(subject))


@law("a null setting is the identity", may_be_nothing)
def test_a_null_setting_is_the_identity_bitwise(subject: Subject) -> None:
    made = built(subject.having(**nulls(subject)))
    kind: type = GIVEN_AS["Model" if subject.gives("Model") else "Solver"]
    inner = next(entry.value for entry in made.given.values() if isinstance(entry.value, kind))
    if isinstance(made.value, Model) and isinstance(inner, Model):
        same_model(made.value, inner, conditioned(made))
    elif isinstance(made.value, Solver) and isinstance(inner, Solver):
        same_solver(made.value, inner, made.world)
    else:
        pytest.fail("the node gives no behaviour like the one that it takes")


def conditioned(made: Built) -> Cond | None:
    """The condition that the node binds: what its model is asked for where nothing else is wanted."""
    return next((entry.value for entry in made.given.values() if isinstance(entry.value, Cond)), None)


def same_model(outer: Model, inner: Model, cond: Cond | None) -> None:
    """Both answer alike at every level, and ask as many rows."""
    sample = exact.noise()
    bound = None if cond is None else cond.gather(sample.rows.origin)
    for s in (0.1, 1.0, 20.0, float("inf")):
        q: Query = exact.question(exact.at_level(sample, s).x if s < float("inf") else sample.x, s, sample.rows)
        asked, wanted = exact.context(), exact.context()
        with torch.no_grad():
            answer = predict(outer, q, asked)
            expected = predict(inner, exact.question(q.x, q.s, q.rows, bound), wanted)
        assert torch.equal(answer.x0, expected.x0), s
        assert (answer.eps is None) == (expected.eps is None), s
        assert not answer.keep.keys() - expected.keep.keys(), s
        assert asked.meter.rows == wanted.meter.rows, s
        assert outer.cost(s) == inner.cost(s), s


def same_solver(outer: Solver, inner: Solver, world: World) -> None:
    """Both go the same way, and ask as often."""
    asked, wanted = exact.context(), exact.context()
    found = solve(model_of(world), outer, noise_of(world), exact.levels(), asked)
    expected = solve(model_of(world), inner, noise_of(world), exact.levels(), wanted)
    assert not differences(contents(found), contents(expected))
    assert asked.meter.rows == wanted.meter.rows
    assert outer.calls(4) == inner.calls(4)
