"""Our sampler along the very path of a pipeline's scheduler."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor

from graphs.running.context import Meter, RunContext
from nodes.contracts.codec import Codec
from nodes.contracts.context import Context
from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels
from nodes.contracts.model import Model
from nodes.contracts.process import Process
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.contracts.space import Space
from nodes.model.pretrained import Opened, pretrained
from nodes.networks.dtypes import Asked
from nodes.solver.euler import Euler
from tests.nodes.pretrained.tiny import Scheduler

STEPS = 4
CLOSE = 1e-4
"""How near to diffusers' own result ours has to be."""


def opened(
    folder: Path,
    clip_skip: int = 0,
    prediction: Literal["auto", "epsilon"] = "auto",
    length: int = 0,
    dtype: Asked = "float32",
) -> Opened:
    """The checkpoint of a folder by our node."""
    return pretrained(
        source=folder,
        dtype=dtype,
        clip_skip=clip_skip,
        prediction=prediction,
        max_sequence_length=length,
        run=RunContext(Meter()),
    )


def noise(*event: int, count: int = 2, seed: int = 1) -> Tensor:
    """Normal numbers [count, *event]."""
    return torch.randn(count, *event, generator=torch.Generator().manual_seed(seed))


def ddim_levels(scheduler: Scheduler, process: Process) -> Levels:
    """The levels of DDIM's times, the last at time 0 of the table, as `set_alpha_to_one=False` has it."""
    times = torch.cat([scheduler.timesteps.double(), torch.zeros(1, dtype=torch.float64)])
    return Levels(process.level(times))


def euler_levels(scheduler: Scheduler, process: Process) -> Levels:
    """The levels of EulerDiscrete's times, and then 0."""
    return Levels(torch.cat([process.level(scheduler.timesteps.double()), torch.zeros(1, dtype=torch.float64)]))


def euler_start(x: Tensor, scheduler: Scheduler, levels: Levels) -> Tensor:
    """The numbers that EulerDiscrete scales to y = x0 + s·ε, as our coordinate y/√(1 + s²)."""
    return x * float(scheduler.init_noise_sigma) / float(torch.hypot(levels.s[0], torch.ones(()).double()))


def flow_levels(scheduler: Scheduler) -> Levels:
    """The levels s = σ/(1 − σ) of FlowMatchEulerDiscrete's σ, from pure noise at inf."""
    sigmas = scheduler.sigmas.double()
    return Levels(sigmas / (1 - sigmas))


def seen(codec: Codec, latents: Tensor, space: Space) -> Tensor:
    """Latents as pictures in [0, 1] by our codec."""
    clean = torch.zeros(len(latents), dtype=torch.float64)
    event = replace(space, event=tuple(latents.shape[1:]))
    decoded = codec.decode(Sample(latents, clean, event, Rows.first(0, len(latents))), Context(Meter()))
    return (decoded.x / 2 + 0.5).clamp(0, 1)


def sampled(
    model: Model, x: Tensor, levels: Levels, solver: Solver | None = None, space: Space | None = None
) -> Tensor:
    """Our result from points x at the first level."""
    begun = Sample(x, levels.s[:1].expand(len(x)), space or model.space, Rows.first(0, len(x)))
    begun = replace(begun, space=replace(begun.space, event=tuple(x.shape[1:])))
    return solve(model, solver or Euler(), begun, levels, Context(Meter())).x
