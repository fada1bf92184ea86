"""Inpainting, step by step as diffusers' pipeline for a model of 4 channels does it."""

from __future__ import annotations

import importlib
from typing import Protocol

import torch
from torch import Tensor

from nodes.contracts.driving import drive
from nodes.contracts.levels import Levels, alpha_sigma
from nodes.contracts.media import Image
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space
from nodes.levels.strength import strength
from nodes.noise.noised import noised
from nodes.solver.ddim import ddim
from nodes.solver.inpaint import inpaint
from tests.nodes.gaussian import Gaussian, context

EVENT = (4, 3, 5)
STEPS = 12


class Scheduler(Protocol):
    """What is used of the scheduler."""

    alphas_cumprod: Tensor
    timesteps: Tensor

    def set_timesteps(self, num_inference_steps: int) -> None: ...

    def step(
        self, model_output: Tensor, timestep: Tensor, sample: Tensor, *, return_dict: bool
    ) -> tuple[Tensor, ...]: ...

    def add_noise(self, original_samples: Tensor, noise: Tensor, timesteps: Tensor) -> Tensor: ...


def scheduler() -> Scheduler:
    made: Scheduler = importlib.import_module("diffusers").DDIMScheduler(clip_sample=False, set_alpha_to_one=True)
    made.set_timesteps(STEPS)
    made.alphas_cumprod = made.alphas_cumprod.double()
    return made


def test_it_is_the_loop_of_the_pipeline() -> None:
    made, model = scheduler(), Gaussian(0.3, 0.4, EVENT)
    kept = made.alphas_cumprod[made.timesteps.long()]
    levels = strength(Levels(torch.cat([torch.sqrt((1 - kept) / kept), torch.zeros(1).double()])), strength=0.8)
    times = made.timesteps[STEPS - len(levels) :]

    generator = torch.Generator().manual_seed(8)
    x0 = torch.randn(2, *EVENT, dtype=torch.float64, generator=generator)
    mask = torch.randint(0, 256, (2, 24, 40, 1), dtype=torch.uint8, generator=generator)
    clean = Sample(x0, torch.zeros(2).double(), Space("plane", EVENT), Rows.first(0, 2))
    start = noised(clean, levels)
    alpha, sigma = (value.reshape(-1, 1, 1, 1) for value in alpha_sigma(start.s))
    noise = (start.x - alpha * x0) / sigma
    assert torch.allclose(made.add_noise(x0, noise, times[:1]), start.x, atol=1e-12)

    small = torch.nn.functional.interpolate((mask.permute(0, 3, 1, 2) / 255.0 >= 0.5).double(), size=EVENT[1:])
    latents = start.x
    states = list(drive(model, inpaint(ddim(), clean, Image(mask)), start, levels, context()))
    for number, (time, before) in enumerate(zip(times, states[:-1], strict=True)):
        ratio = made.alphas_cumprod[time.long()]
        s = torch.sqrt((1 - ratio) / ratio)
        assert torch.allclose(before.s, s.expand(2), atol=1e-12)
        y = latents / torch.sqrt(ratio)
        eps = (y - (0.4 * y + s * s * 0.3) / (0.4 + s * s)) / s
        latents = made.step(eps, time, latents, return_dict=False)[0]
        proper = x0
        if number < len(times) - 1:
            proper = made.add_noise(x0, noise, times[number + 1 : number + 2])
        latents = (1 - small) * proper + small * latents
        assert float((latents - states[number + 1].x).abs().max()) < 1e-6
    assert torch.equal(torch.where(small == 0, states[-1].x, x0), x0)
