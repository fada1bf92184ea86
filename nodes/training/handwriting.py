"""The handwritten digits that scikit-learn carries, read without importing it, and who may see which."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from graphs.errors import InputError
from nodes.contracts.draws import uniform
from nodes.contracts.rows import Rows

SIDE = 8
"""Cells of a digit in each direction."""

FULL = 16
"""Dots of a cell, of which so many were counted as ink."""

PLACE = Path("datasets", "data", "digits.csv.gz")
"""Where the digits lie in the package."""


@dataclass(frozen=True)
class Digits:
    """Handwritten digits: `ink` [N, 8, 8] in [0, 1], the share of each cell that is ink, and `labels` [N] int64."""

    ink: Tensor
    labels: Tensor

    def take(self, index: Tensor) -> Digits:
        """The digits at these positions."""
        return Digits(self.ink[index], self.labels[index])


def find_digits() -> Path:
    """The file in the installed package; `InputError` where scikit-learn is not installed."""
    package = find_spec("sklearn")
    folders = package.submodule_search_locations if package is not None else None
    for folder in folders or ():
        if (path := Path(folder) / PLACE).is_file():
            return path
    raise InputError(
        "the digits to train on are not here", allowed="scikit-learn's", mend="pip install 'noiseloom[train]'"
    )


def read_digits(path: Path) -> Digits:
    """The digits of a gzipped table: 64 counts from 0 to 16 and the label in each line."""
    with gzip.open(path, "rt") as lines:
        table = torch.from_numpy(np.loadtxt(lines, delimiter=",", dtype=np.float32, ndmin=2))
    if table.shape[1] != SIDE * SIDE + 1:
        given = f"{table.shape[1]} columns"
        raise InputError("this is no table of digits", where=str(path), given=given, allowed="64 counts and a label")
    return Digits(table[:, :-1].reshape(-1, SIDE, SIDE) / FULL, table[:, -1].long())


def divided(digits: Digits, first: int, seed: int = 0) -> tuple[Digits, Digits]:
    """Two parts without a digit in common, drawn at random: `first` digits, and the rest."""
    order = uniform(Rows.first(seed, 1), (len(digits.labels),), "divided")[0].argsort()
    return digits.take(order[:first]), digits.take(order[first:])
