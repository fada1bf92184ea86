"""The size of the picture as a condition."""

from __future__ import annotations

import torch

from nodes.cond.size import size
from nodes.contracts.cond import Cond


def test_every_text_is_told_height_before_width_and_then_the_score() -> None:
    cond = Cond({"context": torch.ones(2, 3, 4)})
    told = size(
        cond,
        original_width=1,
        original_height=2,
        crop_left=3,
        crop_top=4,
        target_width=5,
        target_height=6,
        aesthetic_score=7.5,
    )
    assert told.entries["size"].tolist() == [[2, 1, 4, 3, 6, 5, 7.5]] * 2
    assert told.entries["context"] is cond.entries["context"]


def test_what_is_not_said_is_left_open() -> None:
    assert not size(Cond({"context": torch.ones(1, 3, 4)})).entries["size"].any()
