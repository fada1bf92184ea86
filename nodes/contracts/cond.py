"""What a model is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Self

import torch
from torch import Tensor

from graphs import InputError, data
from nodes.contracts.devices import moved, take_rows


@data(colour="#d9a03f")
class Cond:
    """What a model is asked to make: an encoded prompt, a class.

    `entries` are tensors [R, ...] of the same R. A row takes entry `origin mod R`: one entry serves all rows, R entries
    take turns.
    """

    entries: Mapping[str, Tensor]

    def __len__(self) -> int:
        return len(next(iter(self.entries.values())))

    def to(self, device: str) -> Self:
        """The same condition with its entries on that device; itself where they are there already."""
        entries = {name: moved(entry, device) for name, entry in self.entries.items()}
        there = all(entries[name] is entry for name, entry in self.entries.items())
        return self if there else replace(self, entries=entries)

    def gather(self, origin: Tensor) -> Cond:
        """The entries of rows of these origins [B], row-aligned; a single entry is not copied."""
        if len(self) == 1:
            return Cond({name: entry.expand(len(origin), *entry.shape[1:]) for name, entry in self.entries.items()})
        return self.take(origin % len(self))

    def take(self, index: Tensor) -> Cond:
        """The entries at these positions."""
        return Cond({name: take_rows(entry, index) for name, entry in self.entries.items()})

    @staticmethod
    def cat(parts: Sequence[Cond]) -> Cond:
        """The entries of all parts, in order; all parts have the same names."""
        return Cond({name: torch.cat([part.entries[name] for part in parts]) for name in parts[0].entries})

    def need(self, names: Sequence[str], model: str) -> None:
        """`InputError` where it has not the entries that a model reads: it was made by another model."""
        if not set(names) <= set(self.entries):
            raise InputError(
                "the condition was made by another model",
                given=self.describe(),
                allowed=f"entries {', '.join(names)}, as {model} makes them",
                mend="wire cond.prompt to the model that is asked",
            )

    def same(self, other: Cond) -> bool:
        """Whether both hold the same entries: the same memory, or on the CPU the same numbers."""
        if set(self.entries) != set(other.entries):
            return False
        return all(_same(entry, other.entries[name]) for name, entry in self.entries.items())

    def describe(self) -> str:
        """The entries' names and shapes."""
        return ", ".join(f"{name} {list(entry.shape)}" for name, entry in self.entries.items())


def _same(one: Tensor, other: Tensor) -> bool:
    if one is other:
        return True
    if one.shape != other.shape or one.dtype != other.dtype or one.device != other.device:
        return False
    if one.device.type == "cpu":
        return torch.equal(one, other)
    return one.data_ptr() == other.data_ptr() != 0 and one.stride() == other.stride()
