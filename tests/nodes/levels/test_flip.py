"""Levels walked the other way."""

from __future__ import annotations

import torch

from nodes.contracts.levels import Levels
from nodes.levels.explicit import explicit
from nodes.levels.flip import flip
from nodes.levels.karras import karras


def test_what_fell_rises() -> None:
    assert flip(explicit(sigmas=(9.0, 2.0, 0.0))).s.tolist() == [0.0, 2.0, 9.0]


def test_flipped_twice_it_is_what_it_was() -> None:
    levels = karras(num_inference_steps=7)
    assert torch.equal(flip(flip(levels)).s, levels.s)
    assert not torch.equal(flip(levels).s, levels.s)


def test_rows_keep_their_columns() -> None:
    levels = Levels(torch.tensor([[4.0, 3.0], [0.0, 1.0]], dtype=torch.float64))
    assert flip(levels).s.tolist() == [[0.0, 1.0], [4.0, 3.0]]
