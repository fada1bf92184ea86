"""Two results that should be one: compared bit by bit, tensor by tensor, with a name for what differs."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from nodes.contracts.sample import Sample
from nodes.contracts.state import State

NETWORK = 1e-5
"""How far the rows of a network in float32 may lie apart in batches of other sizes."""


def contents(value: Sample | State) -> dict[str, Tensor]:
    """All that makes the rows of a value what they are; of a state also what solver and models remember."""
    found = {"x": value.x, "s": value.s, "seed": value.rows.seed, "origin": value.rows.origin}
    if isinstance(value, Sample):
        return found | {f"aux {name}": entry for name, entry in value.aux.items()}
    memories = (("past", value.past), ("memory", value.memory))
    found |= {"step": value.step, "done": value.done}
    found |= {f"{kind} {name}": entry for kind, memory in memories for name, entry in memory.items()}
    return found if value.pred is None else found | {"x0": value.pred.x0}


def of_origins(entries: Mapping[str, Tensor], origins: Tensor) -> dict[str, Tensor]:
    """The rows that descend from these rows of the run, in the order of these; of what has no origins by position."""
    origin = entries.get("origin", torch.arange(max((len(entry) for entry in entries.values()), default=0)))
    index = rows_of(origin, origins)
    return {name: entry[index] for name, entry in entries.items()}


def rows_of(origin: Tensor, origins: Tensor) -> Tensor:
    """The positions of the rows of these origins, grouped by them: several for each where a row has children."""
    return torch.cat([(origin == one).nonzero()[:, 0] for one in origins.tolist()])


def differences(one: Mapping[str, Tensor], other: Mapping[str, Tensor], tolerance: float = 0.0) -> list[str]:
    """The names of what differs; what one of the two has not is zeros, as where nothing was remembered."""
    names = dict.fromkeys([*one, *other])
    return [name for name in names if not _same(one.get(name), other.get(name), tolerance)]


def _same(one: Tensor | None, other: Tensor | None, tolerance: float) -> bool:
    if one is None or other is None:
        there = other if one is None else one
        return there is None or not bool(there.any())
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    if not tolerance:
        return bool(((one == other) | (one.isnan() & other.isnan())).all())
    return torch.allclose(one.double(), other.double(), rtol=tolerance, atol=tolerance, equal_nan=True)
