"""The rows of a batch: where each row's randomness comes from, and which row of the run it descends from."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence

import torch
from torch import Tensor

from graphs import data


@data
class Rows:
    """What makes a row itself, whatever batch it lies in.

    `seed` [B] int64 is the row's lineage: every random draw of the row is a function of it. `origin` [B] int64 is the
    row of the run's batch that it descends from; what is bound to the run (a condition) is gathered by it.
    Both lie on the CPU always.
    """

    seed: Tensor
    origin: Tensor

    @staticmethod
    def first(seed: int, count: int, start: int = 0) -> Rows:
        """The rows start … start + count − 1 of the batch that a person's seed names."""
        origin = torch.arange(start, start + count)
        return Rows(torch.tensor([_child(seed, "batch", int(row)) for row in origin], dtype=torch.int64), origin)

    def take(self, index: Tensor) -> Rows:
        """The rows at these positions."""
        return Rows(self.seed[index], self.origin[index])

    @staticmethod
    def cat(parts: Sequence[Rows]) -> Rows:
        """The rows of all parts, in order."""
        return Rows(torch.cat([part.seed for part in parts]), torch.cat([part.origin for part in parts]))

    def fork(self, count: int, why: str) -> Rows:
        """`count` children of each row, side by side, of the same origin and with a lineage of their own."""
        seeds = [_child(int(seed), why, child) for seed in self.seed.tolist() for child in range(count)]
        return Rows(torch.tensor(seeds, dtype=torch.int64), self.origin.repeat_interleave(count))

    def __len__(self) -> int:
        return len(self.seed)


def _child(seed: int, why: str, number: int) -> int:
    digest = hashlib.blake2b(struct.pack("<qq", seed, number) + why.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1
