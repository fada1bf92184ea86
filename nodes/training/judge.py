"""A judge: a small network that reads digits, trained on other ones than the network that draws them."""

from __future__ import annotations

import math
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from nodes.contracts.rows import Rows
from nodes.training.examples import DigitExamples
from nodes.training.ink import SIZE

BATCH, LEARNING_RATE, WEIGHT_DECAY = 64, 2e-3, 0.05


class Judge(nn.Module):
    """Three convolutions, each halving the picture, and a linear layer."""

    def __init__(self, width: int = 24) -> None:
        super().__init__()
        widths = (1, width, 2 * width, 4 * width)
        self.layers = nn.ModuleList(
            nn.Conv2d(before, after, 3, stride=2, padding=1) for before, after in pairwise(widths)
        )
        self.verdict = nn.Linear(4 * width * (SIZE // 8) ** 2, 10)

    def forward(self, pictures: Tensor) -> Tensor:
        """Pictures [B, 1, 32, 32] in [-1, 1]; returns the scores [B, 10] of the ten digits."""
        for layer in self.layers:
            pictures = functional.relu(layer(pictures))
        scores: Tensor = self.verdict(pictures.flatten(1))
        return scores

    def read(self, pictures: Tensor) -> Tensor:
        """The digit of each picture, [B] int64."""
        with torch.no_grad():
            scores: Tensor = self(pictures.clamp(-1, 1))
        return scores.argmax(1)


def trained_judge(examples: DigitExamples, steps: int = 1500, seed: int = 0) -> Judge:
    """A judge trained on these digits, each drawn anew at random; the learning rate falls along a cosine to 0."""
    rows = Rows.first(seed, BATCH)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        judge = Judge()
    optimiser = torch.optim.AdamW(judge.parameters(), weight_decay=WEIGHT_DECAY)
    for step in range(steps):
        pictures, labels = examples.labelled(rows, step)
        optimiser.param_groups[0]["lr"] = LEARNING_RATE * (1 + math.cos(math.pi * step / steps)) / 2
        optimiser.zero_grad()
        torch.autograd.backward(functional.cross_entropy(judge(pictures), labels))
        optimiser.step()
    return judge.eval()
