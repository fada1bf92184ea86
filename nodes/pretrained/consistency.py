"""What is peculiar to few-step students that were distilled for consistency (LCM, arXiv:2310.04378)."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

from nodes.contracts.cond import Cond
from nodes.contracts.levels import factor
from nodes.pretrained.configs import Config, real

SCHEDULER = "LCMScheduler"
"""The scheduler whose checkpoints answer with a consistency function."""
SIGMA_DATA = 0.5
"""The deviation of the data that the boundary condition supposes."""
LONGEST_WAVE = 10000.0
"""The wave lengths of an embedding go from 1 up to about this, over 2π."""


class Boundary(NamedTuple):
    """f(x, t) = c_skip x + c_out x0(x, t), which is x at t = 0.

    With τ = `scaling` · t: c_skip = σ²/(τ² + σ²), c_out = τ/√(τ² + σ²), σ = 0.5 that of the data.
    """

    scaling: float

    @staticmethod
    def of(config: Config) -> Boundary | None:
        """That of a scheduler's configuration; None where it is of no consistency model."""
        return Boundary(real(config, "timestep_scaling", 10.0)) if config.get("_class_name") == SCHEDULER else None

    def __call__(self, x: Tensor, x0: Tensor, time: Tensor) -> Tensor:
        """The consistency function at points x of the network's own process, at its times [B]."""
        scaled = self.scaling * time.double()
        power = scaled.square() + SIGMA_DATA**2
        return factor(SIGMA_DATA**2 / power, x0) * x.to(x0.dtype) + factor(scaled / power.sqrt(), x0) * x0


SCALE = "guidance"
"""The entry of a condition that tells a distilled network its guidance scale, [R]."""


def with_scale(cond: Cond, scale: float, rows: int) -> Cond:
    """The condition [B], with this guidance scale where it says none."""
    return cond if SCALE in cond.entries else Cond({**cond.entries, SCALE: torch.full((rows,), scale)})


def scale_embedding(guidance_scale: Tensor, width: int) -> Tensor:
    """A distilled guidance scale w + 1 [B] as sines and cosines of 1000 w at waves of growing length, [B, width]."""
    half = width // 2
    waves = torch.exp(torch.arange(half, device=guidance_scale.device) * (-math.log(LONGEST_WAVE) / max(half - 1, 1)))
    turns = (guidance_scale.float() - 1)[:, None] * 1000 * waves
    return torch.nn.functional.pad(torch.cat([turns.sin(), turns.cos()], 1), (0, width % 2))
