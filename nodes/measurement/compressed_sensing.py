"""Compressed sensing: a few random sums of all numbers are seen."""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

import torch
from torch import Tensor

from graphs import Estimate, Fraction, InputError, Seed, abilities, node
from nodes.contracts.devices import moved
from nodes.contracts.draws import normal, uniform
from nodes.contracts.model import Model
from nodes.contracts.operator import Operator
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.measurement.linear import Tight

Ensemble: TypeAlias = Literal["hadamard", "orthonormal"]
LARGEST_MATRIX = 4096
"""Numbers of an event for which a matrix is held, at the most."""


@node(abilities=abilities("linear", "svd"), cost=Estimate())
def compressed_sensing(
    like: Model | Sample, *, fraction: Fraction = 0.25, ensemble: Ensemble = "orthonormal", seed: Seed = 0
) -> Operator:
    """Compressed sensing: y = Φ x for `fraction` of as many orthonormal rows as x has numbers, drawn by `seed`.

    [B, *event] of D numbers is seen as [B, M], M = fraction · D rounded, at least 1. "orthonormal": rows that span a
    random subspace, by QR of normal numbers, up to D = 4096. "hadamard": rows of the Walsh–Hadamard matrix over √D,
    chosen at random, of x with random signs; D a power of 2, by a fast transform (as in DDRM, arXiv:2201.11793,
    without the signs). Φ Φᵀ = I, so A⁺ = Φᵀ. Cost: none.
    Errors: D above 4096, or no power of 2 for "hadamard"; points of tokens.
    """
    event = like.space.event
    size = math.prod(event)
    count = max(1, round(fraction * size))
    if like.space.vocabulary or (ensemble == "hadamard" and size & (size - 1)):
        raise InputError(
            "these points have no such sums",
            where="ensemble",
            given=f"{like.space.describe()}, {size} numbers",
            allowed='real numbers, a power of 2 of them for "hadamard"',
            mend='set `ensemble` to "orthonormal"',
        )
    rows = Rows.first(seed, 1)
    if ensemble == "hadamard":
        order = uniform(rows, (size,), "compressed rows")[0].argsort()[:count].sort().values
        signs = torch.where(uniform(rows, (size,), "compressed signs")[0] < 0.5, -1.0, 1.0)  # noqa: PLR2004 - even
        return Hadamard(event, order, signs)
    if size > LARGEST_MATRIX:
        raise InputError(
            "the matrix would be too large",
            given=f"{size} numbers",
            allowed=f"at most {LARGEST_MATRIX}",
            mend='set `ensemble` to "hadamard"',
        )
    basis, upper = torch.linalg.qr(normal(rows, (size, count), "compressed basis")[0].double())
    return Dense(event, (basis * upper.diagonal().sign()).T.contiguous())


class Dense(Tight):
    """Orthonormal rows [M, D] that are held."""

    scale = 1.0

    def __init__(self, event: tuple[int, ...], matrix: Tensor) -> None:
        self.event, self.matrix = event, matrix

    def measures(self, event: tuple[int, ...]) -> bool:
        """Points of its shape."""
        return event == self.event

    def apply(self, x: Tensor, rows: Rows) -> Tensor:
        """Φ x."""
        matrix = moved(self.matrix.to(x.dtype), x.device)
        return by_row(matrix, x.flatten(1))

    def spread(self, y: Tensor, rows: Rows) -> Tensor:
        """Φᵀ y."""
        matrix = moved(self.matrix.to(y.dtype), y.device)
        return by_row(matrix.T, y).reshape(-1, *self.event)


class Hadamard(Tight):
    """Rows `order` of the orthonormal Walsh–Hadamard matrix, of x times `signs`."""

    scale = 1.0

    def __init__(self, event: tuple[int, ...], order: Tensor, signs: Tensor) -> None:
        self.event, self.order, self.signs = event, order, signs

    def measures(self, event: tuple[int, ...]) -> bool:
        """Points of its shape."""
        return event == self.event

    def apply(self, x: Tensor, rows: Rows) -> Tensor:
        """The sums of these rows."""
        signed = x.flatten(1) * moved(self.signs.to(x.dtype), x.device)
        return walsh_hadamard(signed)[:, moved(self.order, x.device)]

    def spread(self, y: Tensor, rows: Rows) -> Tensor:
        """The transform is its own inverse."""
        full = y.new_zeros(len(y), len(self.signs)).index_copy(1, moved(self.order, y.device), y)
        return (walsh_hadamard(full) * moved(self.signs.to(y.dtype), y.device)).reshape(-1, *self.event)


def by_row(matrix: Tensor, x: Tensor) -> Tensor:
    """The matrix times each row: one by one, as a product of matrices rounds otherwise in other batches."""
    return torch.stack([matrix @ row for row in x]) if len(x) else x.new_zeros(0, len(matrix))


def walsh_hadamard(x: Tensor) -> Tensor:
    """The orthonormal Walsh–Hadamard transform of [B, D], D a power of 2, in D log D sums."""
    count, size = x.shape
    length = 1
    while length < size:
        pairs = x.reshape(count, -1, 2, length)
        x = torch.stack([pairs[:, :, 0] + pairs[:, :, 1], pairs[:, :, 0] - pairs[:, :, 1]], 2).reshape(count, size)
        length *= 2
    return x / math.sqrt(size)
