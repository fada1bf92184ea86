"""How rewards on the way become weights of particles."""

from __future__ import annotations

from typing import Literal, TypeAlias

import torch
from torch import Tensor

Potential: TypeAlias = Literal["difference", "max", "sum"]
"""What the rewards so far say of a particle."""

LARGEST = 1e9
"""Tilts are kept within this, so that −inf is a weight of 0 and its differences are numbers."""


def tilt(scores: Tensor, strength: float) -> Tensor:
    """The log of exp(strength · r), [B]."""
    return (strength * scores).clamp(-LARGEST, LARGEST)


def weighed(potential: Potential, tilts: Tensor, given: Tensor, running: Tensor) -> tuple[Tensor, Tensor]:
    """The log potential log G of each particle, and what is running after it (Singhal et al. 2025, section 3).

    `tilts` are strength · r of now, `given` the sum of a particle's log potentials so far, `running` the largest of its
    tilts or their sum. At the end log G = tilt − given, so that all potentials of a way multiply to exp(strength · r).
    """
    match potential:
        case "difference":
            return tilts - given, running
        case "max":
            running = torch.maximum(running, tilts)
        case "sum":
            running = running + tilts
    return running, running


def nothing_yet(potential: Potential, count: int) -> Tensor:
    """What is running before the first reward, [count] float64."""
    return torch.full((count,), -LARGEST if potential == "max" else 0.0, dtype=torch.float64)
