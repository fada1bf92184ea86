"""The guidance scale that a distilled network is told."""

from __future__ import annotations

import torch

from nodes.contracts.cond import Cond
from nodes.guidance.distilled import distilled


def test_every_text_is_told_the_scale_and_the_last_one_counts() -> None:
    cond = Cond({"context": torch.ones(2, 3, 4)})
    told = distilled(distilled(cond, guidance=1.0), guidance=7.0)
    assert told.entries["guidance"].tolist() == [7.0, 7.0]
    assert told.entries["context"] is cond.entries["context"]
