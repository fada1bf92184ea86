"""A condition between two conditions."""

from __future__ import annotations

import math
from typing import Annotated

import torch

from graphs import Estimate, InputError, Number, node
from nodes.contracts.cond import Cond
from nodes.contracts.devices import moved


@node(cost=Estimate(), also=("cond.interpolate", "cond.average"))
def lerp(first: Cond, second: Cond, *, share: Annotated[float, Number(minimum=-1, maximum=2, step=0.05)] = 0.5) -> Cond:
    """The condition between two: (1 − share) c_1 + share c_2 of each entry.

    Entries [R, ...] of real numbers are mixed; whole numbers, as classes, cannot be, and have to be equal in both.
    0 is the first and 1 the second, bitwise; beyond them it goes on in a straight line. R is as large as takes each
    combination of turns. Cost: none. Errors: conditions with other entries, as those of two models; entries of other
    shapes; whole numbers that differ.
    """
    if set(first.entries) != set(second.entries):
        raise _apart(first, second, "the conditions do not have the same entries")
    if share in (0, 1):
        return second if share else first
    turns = torch.arange(math.lcm(len(first), len(second)))
    one, other = first.gather(turns).entries, second.gather(turns).entries
    found = {}
    for name, entry in one.items():
        end = moved(other[name], entry.device)
        if entry.shape != end.shape or (not entry.is_floating_point() and not torch.equal(entry, end)):
            raise _apart(first, second, f'"{name}" of one cannot be mixed with that of the other')
        found[name] = torch.lerp(entry, end.to(entry.dtype), share) if entry.is_floating_point() else entry
    return Cond(found)


def _apart(first: Cond, second: Cond, message: str) -> InputError:
    return InputError(
        message,
        given=f"{first.describe()} and {second.describe()}",
        allowed="two conditions of one model with entries of real numbers, as of cond.prompt",
        mend="wire cond.prompt of the same model to both",
    )
