"""Handwritten digits that the network never saw, and a judge that saw neither these nor anything of the network."""

from __future__ import annotations

import torch

from graphs.home import assets_folder
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.model.checkpoint import Network
from nodes.networks.checkpoint import open_checkpoint
from nodes.networks.text import DIGITS
from nodes.training.digits import seen_and_unseen
from nodes.training.examples import DigitExamples
from nodes.training.judge import Judge, trained_judge
from nodes.training.verify import drawn

FEWEST = 100
"""Digits that the judge is trained on, at the least."""
LESSONS = 600


def network(name: str = "digits") -> Network:
    """A network that comes with Noiseloom, read from its file."""
    return Network(open_checkpoint(assets_folder() / "weights" / f"{name}.safetensors"))


def pictures(of: Network, count: int) -> tuple[Sample, list[str]]:
    """The first so many of the 597 digits that the network was never shown, upright, and their words."""
    unseen = seen_and_unseen()[1]
    taken = unseen.take(torch.arange(most(count)))
    x = drawn(taken)
    clean = Sample(x, torch.zeros(len(x), dtype=torch.float64), of.space, Rows.first(0, len(x)))
    return clean, [DIGITS[label] for label in taken.labels.tolist()]


def judge(count: int) -> Judge:
    """A judge of digits, trained on those of the 597 that are not among the first so many."""
    unseen = seen_and_unseen()[1]
    return trained_judge(DigitExamples(unseen.take(torch.arange(most(count), len(unseen.labels)))), LESSONS)


def most(count: int) -> int:
    """As many pictures as there are, but for those that the judge needs."""
    return min(count, len(seen_and_unseen()[1].labels) - FEWEST)
