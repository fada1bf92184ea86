"""Candidates for each row."""

from __future__ import annotations

import torch

from nodes.contracts.draws import normal
from nodes.contracts.population import siblings
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space


def noise(s: float) -> Sample:
    """Two rows of noise at a level."""
    rows = Rows.first(4, 2)
    return Sample(normal(rows, (3,), "start"), torch.full((2,), s, dtype=torch.float64), Space("plane", (3,)), rows)


def test_the_first_candidate_is_the_row_itself_and_the_others_are_new() -> None:
    sample = noise(float("inf"))
    wide = siblings(sample, 3, "k")
    assert torch.equal(wide.x[::3], sample.x)
    assert torch.equal(wide.rows.seed[::3], sample.rows.seed)
    assert wide.rows.origin.tolist() == [0, 0, 0, 1, 1, 1]
    assert len({tuple(row) for row in wide.x.tolist()}) == 6
    assert len(set(wide.rows.seed.tolist())) == 6


def test_a_candidate_is_the_same_whatever_their_number() -> None:
    few, many = siblings(noise(float("inf")), 2, "k"), siblings(noise(float("inf")), 5, "k")
    assert torch.equal(few.x[[1, 3]], many.x[[1, 6]])


def test_one_candidate_is_the_sample() -> None:
    sample = noise(float("inf"))
    assert siblings(sample, 1, "k") is sample


def test_at_a_finite_level_all_begin_at_the_same_point_with_lineages_of_their_own() -> None:
    sample = noise(2.0)
    wide = siblings(sample, 2, "k")
    assert torch.equal(wide.x, sample.x.repeat_interleave(2, 0))
    assert len(set(wide.rows.seed.tolist())) == 4
