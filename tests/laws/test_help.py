"""What the help of a node tells: what it computes, on which shapes, at which cost, and where the method is from."""

from __future__ import annotations

import re

from tests.laws.stating import law
from tests.laws.subjects import Subject

METHODS = ("guidance", "inversion", "levels", "measurement", "search", "solver", "editing", "distillation")
"""The kinds of node that are somebody's method, which has a source."""
SCIENCE = ("Sample", "Model", "Solver", "Levels", "Reward", "Operator", "Measurement", "Trajectory")
"""What is computed by a formula, on points of some shape."""

SOURCE = re.compile(
    r"arXiv:\d{4}\.\d{4,5}|\b[A-Z][\w\-'’]+(?: (?:et al\.|(?:&|and) [A-Z][\w\-'’]+))?,? \(?(?:19|20)\d\d"
)
"""An arXiv id, or names and a year."""
FORMULA = re.compile(r"[=≤≥→∇√Σ·∈~]|\[[A-Z0-9]|\[\w+, ")
"""A formula, or a shape."""
COST = re.compile(r"\bCost\b|\bNFE\b|model (?:rows?|calls?)|asks? nothing|row[s]? per sample")


def is_method(subject: Subject) -> bool:
    """A node of a kind whose nodes are methods of somebody."""
    return subject.plain and subject.record.kind in METHODS and not takes_all(subject)


def takes_all(subject: Subject) -> bool:
    """A node that only drives what it is given: levels, a model and a solver."""
    return subject.takes("Solver") and subject.takes("Levels") and subject.gives("Sample")


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
