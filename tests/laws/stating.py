"""How a law is stated: a test for every node that it is about."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pytest

from nodes.contracts.model import Model
from nodes.contracts.solver import Solver
from tests.laws.exemptions import EXEMPT
from tests.laws.subjects import Built, Refused, Subject, subjects

Test = TypeVar("Test", bound=Callable[..., None])
LAWS: dict[str, list[str]] = {}
"""The subjects of each law that has been stated."""


def law(name: str, about: Callable[[Subject], bool]) -> Callable[[Test], Test]:
    """A test of the law of that name, for each subject that it is about; exempt ones are expected to fail."""
    found = subjects(about)
    LAWS.setdefault(name, []).extend(subject.record.id for subject in found)
    cases = [pytest.param(subject, id=str(subject), marks=_marks(name, subject)) for subject in found]

    def state(test: Test) -> Test:
        stated: Test = pytest.mark.law(name)(pytest.mark.parametrize("subject", cases)(test))
        return stated

    return state


def _marks(name: str, subject: Subject) -> list[pytest.MarkDecorator]:
    reasons = EXEMPT.get(name, {})
    plain = f"{subject}[]" if str(subject) == subject.record.id else str(subject)
    reason = reasons.get(plain) or reasons.get(subject.record.id)
    return [pytest.mark.xfail(reason=reason, strict=True)] if reason else []


def built(subject: Subject, **given: object) -> Built:
    """What the node gives; the test is skipped where nothing that there is suits it, which is a law of its own.

    What is built without anything in particular is built once: values are read-only, behaviours are pure.
    """
    try:
        made = subject.build(given) if given else built_or_refused(subject)
    except Refused as refused:
        made = refused
    if isinstance(made, Refused):
        pytest.skip(f"not built: {made}")
    return made


def built_or_refused(subject: Subject) -> Built | Refused:
    """What the node gives, or why it takes nothing that there is; found once."""
    name = str(subject)
    if name not in _BUILT:
        try:
            _BUILT[name] = subject.build()
        except Refused as refused:
            _BUILT[name] = refused
    return _BUILT[name]


_BUILT: dict[str, Built | Refused] = {}


def solver_of(made: Built) -> Solver:
    """The solver that was built."""
    assert isinstance(made.value, Solver)
    return made.value


def model_of(made: Built) -> Model:
    """The model that was built."""
    assert isinstance(made.value, Model)
    return made.value


def is_solver(subject: Subject) -> bool:
    """A node that gives a solver."""
    return subject.gives("Solver")


def is_model(subject: Subject) -> bool:
    """A node that gives a model."""
    return subject.gives("Model")


def is_guidance(subject: Subject) -> bool:
    """A node that makes a model of a model."""
    return subject.gives("Model") and subject.takes("Model")
