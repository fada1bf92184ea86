"""The list of planted errors is well-formed: each can be planted, in one place, and its tests are there."""

from __future__ import annotations

import ast
from collections import Counter

import pytest

from tests.mutants.everything import MUTANTS
from tests.mutants.mutant import ROOT, Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: f"{mutant.file}: {mutant.why}")
def test_every_mutant_can_be_planted(mutant: Mutant) -> None:
    assert not mutant.problem()
    ast.parse((ROOT / mutant.file).read_text().replace(mutant.text, mutant.instead))


def test_there_are_enough_and_no_two_are_one() -> None:
    assert len(MUTANTS) >= 30
    assert max(Counter((mutant.file, mutant.text, mutant.instead) for mutant in MUTANTS).values()) == 1


def test_a_text_that_is_gone_or_there_twice_is_found() -> None:
    gone = Mutant("graphs/curves.py", "no such text", "", ("tests/graphs/test_curves.py",), "")
    assert gone.problem() == "its text occurs 0 times"
    twice = Mutant("graphs/curves.py", "return", "pass", ("tests/graphs/test_curves.py",), "")
    assert twice.problem().startswith("its text occurs")
    untested = Mutant("graphs/curves.py", "LARGEST_NUMBER = 1e308", "LARGEST_NUMBER = 1", ("tests/nowhere.py",), "")
    assert untested.problem() == "there is no tests/nowhere.py"
