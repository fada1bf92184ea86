"""Changes to a shared network, asked for row by row: the network itself is never patched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import torch
from torch import Tensor

from nodes.contracts.identity import Identified


class Alteration(Identified):
    """How a network is to answer differently: an adapter, a perturbation, a policy for features.

    `ability` is what a leaf must have to do so ("low_rank").
    """

    ability: str


@dataclass(frozen=True)
class Change:
    """An alteration for the rows of a question, `strength` [B] float64 on the CPU; 0 where a row is not altered."""

    alteration: Alteration
    strength: Tensor


Changes = Mapping[str, Change]
"""The changes to a question's rows, by the digest of the alteration."""
UNCHANGED: Changes = MappingProxyType({})


def changed(changes: Changes, alteration: Alteration, strength: Tensor) -> dict[str, Change]:
    """The changes and one more, added where the rows have it already."""
    before = changes.get(alteration.digest)
    total = strength if before is None else before.strength + strength
    return {**changes, alteration.digest: Change(alteration, total)}


def take_changes(changes: Changes, index: Tensor) -> dict[str, Change]:
    """The changes to the rows at these positions."""
    return {name: Change(change.alteration, change.strength[index]) for name, change in changes.items()}


def join_changes(parts: Sequence[Changes], sizes: Sequence[int]) -> dict[str, Change]:
    """The changes to the rows of all parts, in order."""
    found = {name: change.alteration for part in parts for name, change in part.items()}
    zeros = [torch.zeros(size, dtype=torch.float64) for size in sizes]
    return {
        name: Change(
            alteration,
            torch.cat([part[name].strength if name in part else zero for part, zero in zip(parts, zeros, strict=True)]),
        )
        for name, alteration in found.items()
    }


def same_changes(one: Changes, other: Changes) -> bool:
    """Whether both alter the same rows in the same way."""
    return one is other or (
        set(one) == set(other) and all(torch.equal(one[name].strength, other[name].strength) for name in one)
    )
