"""What a network is trained on: an endless supply of pictures with their texts."""

from __future__ import annotations

from typing import Protocol

from torch import Tensor

from nodes.contracts.draws import uniform
from nodes.contracts.rows import Rows
from nodes.networks.text import DIGITS
from nodes.training.handwriting import Digits
from nodes.training.ink import draw, fields
from nodes.training.variation import varied


class Examples(Protocol):
    """Pictures with texts, each a function of a row's seed and the step."""

    def batch(self, rows: Rows, step: int) -> tuple[Tensor, list[str]]:
        """A picture [C, H, W] in [-1, 1] and its text for each row: [B, C, H, W] and B texts."""
        ...


class DigitExamples:
    """Handwritten digits, drawn anew each time, and their names."""

    def __init__(self, digits: Digits) -> None:
        self.labels = digits.labels
        self.fields = fields(digits.ink)

    def batch(self, rows: Rows, step: int) -> tuple[Tensor, list[str]]:
        """Digits drawn with replacement, each placed at random."""
        pictures, labels = self.labelled(rows, step)
        return pictures, [DIGITS[label] for label in labels.tolist()]

    def labelled(self, rows: Rows, step: int) -> tuple[Tensor, Tensor]:
        """The same with labels [B] in place of names."""
        which = (uniform(rows, (), "which", step=step) * len(self.labels)).long()
        return draw(self.fields[which], *varied(rows, step)), self.labels[which]
