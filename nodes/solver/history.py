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


def in_line(s_next: Tensor, s: Tensor, earlier: Sequence[Tensor]) -> list[Tensor]:
    """For each earlier level, newest first, whether a step from s to s_next may use what was answered there.

    It may where that level, those after it, s and s_next go one way, up or down, each another, and all but s_next lie
    between 0 and inf. So a method begins anew at a turn of the levels, and after 0 or inf. All in the shape of s, on
    one device.
    """
    now = log_snr(s)
    way = torch.sign(log_snr(s_next) - now)
    usable = torch.isfinite(now) & (way != 0)
    found = []
    for level in earlier:
        before = log_snr(level)
        usable = usable & torch.isfinite(before) & (torch.sign(now - before) == way)
        found.append(usable)
        now = before
    return found
