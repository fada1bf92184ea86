"""Schedulers of diffusers, run over an exact model.

Generous where they differ: the model is asked at the level that the scheduler itself steps from, not at a rounded time;
a scheduler that begins below the highest level begins on the exact flow; the end is at s = 0 for all.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import NamedTuple, Protocol

import torch
from torch import Tensor

from tests.benchmarks.mixtures import RandomMixture

TABLE: Mapping[str, object] = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}
"""The betas of Stable Diffusion: s from 14.6 to 0.029."""
HIGHEST, LOWEST = 14.614643, 0.0291672


class Scheduler(Protocol):
    """What is used of diffusers' schedulers, each of which has some of it."""

    sigmas: Tensor
    sigmas_interpol: Tensor
    state_in_first_order: bool
    alphas_cumprod: Tensor
    timesteps: Tensor
    step_index: int | None

    def set_timesteps(self, num_inference_steps: int) -> None: ...

    def scale_model_input(self, sample: Tensor, timestep: Tensor) -> Tensor: ...

    def precondition_inputs(self, sample: Tensor, sigma: Tensor) -> Tensor: ...

    def step(
        self, model_output: Tensor, timestep: Tensor, sample: Tensor, *, return_dict: bool
    ) -> tuple[Tensor, ...]: ...


class Setting(NamedTuple):
    """A scheduler with its options; `kind` says what its sample is: x of norm 1, or y = x/α, of EDM also the answer."""

    scheduler: str
    options: Mapping[str, object]
    kind: str = "x"

    @property
    def name(self) -> str:
        """Its name and options."""
        told = [f"{name.removeprefix('use_')}={value}".removesuffix("=True") for name, value in self.options.items()]
        return ", ".join([self.scheduler, *told]).replace("timestep_spacing=", "")


KARRAS: dict[str, object] = {"use_karras_sigmas": True}
EXPONENTIAL: dict[str, object] = {"use_exponential_sigmas": True}
LAMBDAS: dict[str, object] = {"use_lu_lambdas": True}
TRAILING: dict[str, object] = {"timestep_spacing": "trailing"}
THIRD: dict[str, object] = {"solver_order": 3}
BY_EXPONENT: dict[str, object] = {"sigma_schedule": "exponential"}
SETTINGS = (
    Setting("DDIM", {**TRAILING, "clip_sample": False}),
    Setting("PNDM", {**TRAILING, "skip_prk_steps": True, "set_alpha_to_one": True}),
    Setting("EulerDiscrete", {}, "y"),
    Setting("EulerDiscrete", KARRAS, "y"),
    Setting("HeunDiscrete", KARRAS, "y"),
    Setting("HeunDiscrete", EXPONENTIAL, "y"),
    Setting("KDPM2Discrete", KARRAS, "y"),
    Setting("LMSDiscrete", KARRAS, "y"),
    Setting("DPMSolverMultistep", TRAILING),
    Setting("DPMSolverMultistep", KARRAS),
    Setting("DPMSolverMultistep", EXPONENTIAL),
    Setting("DPMSolverMultistep", LAMBDAS),
    Setting("DPMSolverMultistep", THIRD | KARRAS),
    Setting("DPMSolverMultistep", THIRD | LAMBDAS),
    Setting("DPMSolverSinglestep", KARRAS),
    Setting("UniPCMultistep", KARRAS),
    Setting("UniPCMultistep", THIRD | KARRAS),
    Setting("UniPCMultistep", THIRD | EXPONENTIAL),
    Setting("UniPCMultistep", EXPONENTIAL),
    Setting("DEISMultistep", THIRD | KARRAS),
    Setting("EDMDPMSolverMultistep", THIRD, "edm"),
    Setting("EDMDPMSolverMultistep", THIRD | BY_EXPONENT, "edm"),
)


def made(setting: Setting, steps: int) -> Scheduler:
    """The scheduler, set to so many steps."""
    kind = getattr(importlib.import_module("diffusers"), f"{setting.scheduler}Scheduler")
    own = {"sigma_max": HIGHEST, "sigma_min": LOWEST} if setting.kind == "edm" else TABLE
    scheduler: Scheduler = kind(**own, **setting.options)
    scheduler.set_timesteps(steps)
    return scheduler


def within(setting: Setting, calls: int) -> Scheduler | None:
    """With the most steps that ask the model no more often than that."""
    for steps in (calls, calls - 1, (calls + 1) // 2):
        try:
            scheduler = made(setting, steps)
        except (IndexError, ValueError):  # some have a least number of steps
            continue
        if len(scheduler.timesteps) <= calls:
            return scheduler
    return None


def endpoint(scheduler: Scheduler, setting: Setting, model: RandomMixture, y: Tensor) -> Tensor:
    """Where it takes the points y of the highest level."""
    sample = None
    for timestep in scheduler.timesteps:
        s = level(scheduler, timestep, first=sample is None)
        if sample is None:
            begun = model.flow(y, HIGHEST, float(s)) if float(s) < 0.999 * HIGHEST else y
            sample = begun if setting.kind != "x" else begun / torch.sqrt(1 + s * s)
        given = answer(scheduler, setting, model, sample, s, timestep)
        sample, *_ = scheduler.step(given, timestep, sample, return_dict=False)
    if sample is None:
        raise ValueError("a scheduler without steps")
    return sample


def level(scheduler: Scheduler, timestep: Tensor, *, first: bool) -> Tensor:
    """The level of the point that is asked about next."""
    if not hasattr(scheduler, "sigmas"):
        left = scheduler.alphas_cumprod[int(timestep)].double()
        return torch.sqrt((1 - left) / left)
    index = 0 if first or scheduler.step_index is None else scheduler.step_index
    between = hasattr(scheduler, "sigmas_interpol") and not scheduler.state_in_first_order
    return (scheduler.sigmas_interpol if between else scheduler.sigmas)[index].double()


def answer(
    scheduler: Scheduler, setting: Setting, model: RandomMixture, sample: Tensor, s: Tensor, timestep: Tensor
) -> Tensor:
    """ε at the sample, or what EDM's network would give."""
    y = sample * torch.sqrt(1 + s * s) if setting.kind == "x" else sample
    x0 = model.mean_given(y, s)
    if setting.kind != "x":
        scheduler.scale_model_input(sample, timestep)  # which it insists on
    if setting.kind != "edm":
        return (y - x0) / s
    data = 0.5
    norm = data * data + s * s
    return (x0 - data * data / norm * y) / (s * data / torch.sqrt(norm))
