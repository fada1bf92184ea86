"""The committed table of solvers says what is declared of them, and leaves none out."""

from __future__ import annotations

import pytest

from tests.laws.subjects import CATALOGUE
from tests.nodes.solver.expected import Expected, all_expected
from tests.nodes.solver.expected.unmeasured import UNMEASURED
from tests.solvers import committed, line, page

SOLVERS = {record.id for record in CATALOGUE.nodes.values() if any("Solver" in port.types for port in record.outputs)}


def test_every_solver_of_the_catalogue_has_a_line_or_a_reason_for_none() -> None:
    measured = {expected.node for expected in all_expected()}
    missing = SOLVERS - measured - set(UNMEASURED)
    assert not missing, f"add to tests/nodes/solver/expected, then `python -m tests.solvers`: {sorted(missing)}"
    assert not measured & set(UNMEASURED)
    assert set(UNMEASURED) <= SOLVERS
    assert measured <= SOLVERS


def test_no_solver_is_declared_twice() -> None:
    names = [expected.name for expected in all_expected()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("expected", all_expected(), ids=lambda expected: expected.name)
def test_the_table_agrees_with_what_is_declared(expected: Expected) -> None:
    there = committed()[expected.name]
    assert there == line(expected, there.measured)
    assert float(there.measured) == pytest.approx(expected.order, abs=0.2)


@pytest.mark.parametrize("expected", all_expected(), ids=lambda expected: expected.name)
def test_what_is_declared_agrees_with_the_solver(expected: Expected) -> None:
    solver = expected.make()
    assert expected.stochastic == ("stochastic" in solver.abilities)
    assert expected.reversible == ("reversible" in solver.abilities)
    if expected.calls[0].isdigit() and "stage" not in expected.calls:
        assert round(solver.calls(1000) / 1000) == int(expected.calls[0])


def test_the_table_holds_nothing_else_and_names_those_without_an_order() -> None:
    assert set(committed()) == {expected.name for expected in all_expected()}
    text = page().read_text(encoding="utf-8")
    assert all(f"- `{node}`: {reason}" in text for node, reason in UNMEASURED.items())
