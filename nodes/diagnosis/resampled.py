"""A grid with another number of steps."""

from __future__ import annotations

import torch
from torch import Tensor

from nodes.contracts.levels import Levels
from nodes.flows.clock import Clock

CLOCK = Clock(1e-3, 1e3)


def resampled(levels: Levels, steps: int) -> Levels:
    """A grid of so many steps, spread as the given ones are; a step at an end that is 0 or inf stays one step.

    Between, the levels are read off at even shares of the steps, straight in the clock from one to the next. The same
    number of steps gives the same levels, bitwise.
    """
    if steps == len(levels):
        return levels
    s = levels.s.double()
    first, last = (not bool(inner(s[end]).any()) for end in (0, -1))
    body = s[first : len(s) - last]
    intervals = steps - first - last
    if intervals < 0 or len(body) < 2:  # noqa: PLR2004 - no way between
        return Levels(torch.stack([s[0], s[-1]]) if steps == 1 else spread(s, steps))
    middle = body[:1] if intervals == 0 else spread(body, intervals)
    return Levels(torch.cat([s[:1]] * first + [middle] + [s[-1:]] * last))


def spread(s: Tensor, steps: int) -> Tensor:
    """So many steps over levels [M + 1, ...], [steps + 1, ...]."""
    places = torch.arange(steps + 1, dtype=torch.float64) / steps * (len(s) - 1)
    lower = places.floor().long().clamp(max=len(s) - 2)
    found = [CLOCK.between(s[low], s[low + 1], float(place - low)) for place, low in zip(places, lower, strict=True)]
    return torch.stack(found)


def inner(s: Tensor) -> Tensor:
    """Where a level is neither data nor pure noise."""
    return (s > 0) & torch.isfinite(s)
