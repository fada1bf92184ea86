"""What a multistep method remembers: earlier answers of each row, and the levels that they were given at.

They lie in a state's `past`, newest first, under "solver/what/1", "solver/what/2", …; a row that never wrote has zeros
there, and a level of 0 says that nothing is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from nodes.contracts.levels import log_snr


def recalled(past: Mapping[str, Tensor], name: str, count: int) -> list[Tensor]:
    """What was remembered under this name, newest first: `count` entries, or as many as any row has written."""
    keys = [f"{name}/{number}" for number in range(1, count + 1)]
    return [past[key] for key in keys if key in past]


def remembered(past: Mapping[str, Tensor], name: str, entry: Tensor, count: int) -> dict[str, Tensor]:
    """The past with this entry [B, ...] as the newest of its name, the others one further back, `count` at the most."""
    entries = [entry, *recalled(past, name, count - 1)][:count]
    return {**past, **{f"{name}/{number}": kept for number, kept in enumerate(entries, 1)}}


def in_line(s_next: Tensor, s: Tensor, earlier: Sequence[Tensor]) -> Tensor:
    """For each of K earlier levels, newest first, whether a step from s to s_next may use what was answered there.

    It may where that level, those after it, s and s_next go one way, up or down, each another, and all but s_next lie
    between 0 and inf. So a method begins anew at a turn of the levels, and after 0 or inf. All in the shape of s, on
    one device; the answer has it after an axis of K.
    """
    logs = log_snr(torch.stack((s_next, s, *earlier)))
    ways = torch.sign(logs[:-1] - logs[1:])
    return from_first_on((ways == ways[0]) & (ways != 0) & torch.isfinite(logs[1:]))[1:]


def from_first_on(holds: Tensor) -> Tensor:
    """Whether a condition [K, ...] holds for an entry and all before it."""
    return torch.cumprod(holds, 0, dtype=torch.uint8).bool()
