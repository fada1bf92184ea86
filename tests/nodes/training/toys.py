"""Small data and trainings, for the tests beside."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from nodes.contracts.draws import uniform
from nodes.contracts.rows import Rows
from nodes.training.handwriting import Digits
from nodes.training.recipe import Recipe
from nodes.training.trainer import Trainer
from tests.nodes.networks.examples import SMALL

RECIPE = Recipe(batch=4, rise=2, plateau=3)
TEXTS = ("zero", "one", "cat")


class RandomExamples:
    """Noise around a grey of its own for each of the words that the small network knows."""

    def batch(self, rows: Rows, step: int) -> tuple[Tensor, list[str]]:
        which = (torch.arange(len(rows)) + step) % len(TEXTS)
        greys = 0.5 * (which - 1)[:, None, None, None]
        pictures = greys + 0.2 * uniform(rows, (1, 8, 8), "picture", step=step).float()
        return pictures, [TEXTS[number] for number in which.tolist()]


def trainer(recipe: Recipe = RECIPE) -> Trainer:
    return Trainer(SMALL, RandomExamples(), recipe)


def bars() -> Digits:
    """Two digits without a pen: a one, upright in the fourth column, and a seven whose top is half full."""
    ink = torch.zeros(2, 8, 8)
    ink[0, :, 3] = 1
    ink[1, :, 5] = 1
    ink[1, 0, :5] = 0.5
    return Digits(ink, torch.tensor([1, 7]))


def table(path: Path, digits: Digits) -> Path:
    """Digits as scikit-learn keeps them."""
    counts = torch.cat([16 * digits.ink.flatten(1), digits.labels[:, None].float()], 1)
    with gzip.open(path, "wt") as lines:
        np.savetxt(lines, counts.numpy(), fmt="%d", delimiter=",")
    return path
