"""What is learned of tokens is a bound on their likelihood."""

from __future__ import annotations

import math

import pytest
import torch

from nodes.contracts.rows import Rows
from nodes.training.masking import drawn_times, masked_at, masked_loss

ROWS = Rows.first(3, 2000)


def test_times_are_one_from_each_interval() -> None:
    t = drawn_times(ROWS, 2)
    assert ((t * len(ROWS)).ceil() == torch.arange(1, len(ROWS) + 1)).all()
    assert not torch.equal(t, drawn_times(ROWS, 3))


def test_each_token_is_masked_with_its_rows_probability() -> None:
    tokens = torch.zeros(len(ROWS), 5, dtype=torch.int64)
    t = torch.tensor([0.25, 1.0]).repeat(len(ROWS) // 2)
    x = masked_at(tokens, t, 9, ROWS, 0)
    assert set(x.flatten().tolist()) == {0, 9}
    assert (x[1::2] == 9).all()
    assert float((x[::2] == 9).double().mean()) == pytest.approx(0.25, abs=0.02)


def test_the_loss_of_a_model_that_knows_nothing_is_the_log_of_the_vocabulary() -> None:
    tokens = torch.randint(0, 7, (len(ROWS), 6), generator=torch.Generator().manual_seed(0))
    t = drawn_times(ROWS, 0)
    hidden = masked_at(tokens, t, 7, ROWS, 0) == 7
    found = masked_loss(torch.zeros(len(ROWS), 6, 7), tokens, hidden, t)
    assert float(found) == pytest.approx(math.log(7), rel=0.05)


def test_the_bound_is_the_entropy_where_the_model_is_exact() -> None:
    """Words aa and bb, equally likely: log 2 by the word, half of that by the letter, however letters are revealed."""
    tokens = torch.arange(len(ROWS))[:, None].remainder(2).expand(-1, 2)
    t = drawn_times(ROWS, 0)
    x = masked_at(tokens, t, 2, ROWS, 0)
    hidden = x == 2
    seen = torch.where(hidden.all(1), 2, x.amin(1))
    exact = torch.tensor([[0.0, -99.0], [-99.0, 0.0], [0.0, 0.0]])[seen]
    found = masked_loss(exact[:, None].expand(-1, 2, -1), tokens, hidden, t)
    assert float(found) == pytest.approx(math.log(2) / 2, rel=0.08)


def test_what_is_seen_costs_nothing() -> None:
    tokens = torch.zeros(3, 2, dtype=torch.int64)
    wrong = torch.tensor([-50.0, 50.0]).expand(3, 2, 2)
    assert float(masked_loss(wrong, tokens, torch.zeros(3, 2, dtype=torch.bool), torch.full((3,), 0.5))) == 0
