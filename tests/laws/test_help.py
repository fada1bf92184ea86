"""What the help of a node tells: what it computes, on which shapes, at which cost, and where the method is from."""

from __future__ import annotations

import re

from tests.laws.stating import law
from tests.laws.subjects import Subject

SCIENCE = ("Sample", "Model", "Solver", "Levels", "Reward", "Operator", "Measurement", "Trajectory")
"""What is computed by a formula, on points of some shape."""

SOURCE = re.compile(
    r"arXiv:\d{4}\.\d{4,5}|\b[A-Z][\w\-'’]+(?: (?:et al\.|(?:&|and) [A-Z][\w\-'’]+))?,? \(?(?:19|20)\d\d"
)
"""An arXiv id, or names and a year."""
FORMULA = re.compile(r"[=≤≥→∇√Σ·∈~]|\[[A-Z0-9]|\[\w+, |\w\(\w+\(|N \+ 1")
"""A formula, or a shape."""
COST = re.compile(r"\bCost\b|\bNFE\b|model (?:rows?|calls?)|asks? nothing|[Cc]alls|row[s]? per sample")


def is_method(subject: Subject) -> bool:
    """A node that samples, or changes how it is done, or says over which levels; not one that only drives these."""
    drives = subject.takes("Solver") and subject.takes("Levels")
    asks = any(map(subject.takes, ("Model", "Solver", "Program")))
    changes = subject.gives("Solver") or (asks and subject.gives("Model")) or subject.gives("Levels")
    return subject.plain and changes and not drives


def is_science(subject: Subject) -> bool:
    """A node that computes points, levels, or something that does."""
    return subject.plain and any(map(subject.gives, SCIENCE))


@law("the help names shapes or a formula", is_science)
def test_the_help_names_shapes_or_a_formula(subject: Subject) -> None:
    assert FORMULA.search(subject.record.help), subject.record.help


@law("the help names the cost", lambda subject: subject.plain)
def test_the_help_names_the_cost(subject: Subject) -> None:
    assert COST.search(subject.record.help), subject.record.help


@law("the help of a method names its source", is_method)
def test_the_help_of_a_method_names_its_source(subject: Subject) -> None:
    assert SOURCE.search(subject.record.help), subject.record.help
