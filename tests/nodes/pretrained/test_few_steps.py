"""Checkpoints for few steps: the results of diffusers' own pipelines."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from graphs.errors import InputError
from graphs.running.context import Meter
from nodes.cond.prompt import prompt
from nodes.contracts.asking import predict
from nodes.contracts.context import Context
from nodes.contracts.levels import alpha_sigma, factor
from nodes.contracts.query import Query
from nodes.contracts.rows import Rows
from nodes.guidance.conditional import Conditional
from nodes.guidance.distilled import distilled
from nodes.levels.turbo import turbo
from nodes.pretrained.consistency import Boundary
from tests.nodes.pretrained.matching import CLOSE, noise, opened, sampled
from tests.nodes.pretrained.tiny import BETAS, DIFFUSERS, latent_consistency, replaying, stable_diffusion

TEXTS = ["a cat", "dog"]


@pytest.mark.parametrize("guidance", [None, 3.0])
def test_a_latent_consistency_model_answers_as_its_pipeline(
    guidance: float | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = latent_consistency(tmp_path)
    pipeline.save_pretrained(tmp_path / "checkpoint")
    x, *drawn = (noise(4, 16, 16, seed=seed) for seed in range(4))
    replaying(monkeypatch, "schedulers.scheduling_lcm", *drawn)
    said = {} if guidance is None else {"guidance_scale": guidance}
    theirs = pipeline(TEXTS, latents=x.clone(), num_inference_steps=4, output_type="latent", **said).images
    model, _, process = opened(tmp_path / "checkpoint")
    cond = prompt(model, text="\n".join(TEXTS))
    if guidance is not None:
        cond = distilled(cond, guidance=guidance)
    levels = torch.cat([process.level(pipeline.scheduler.timesteps.double()), torch.zeros(1, dtype=torch.float64)])
    context, rows, step = Context(Meter()), Rows.first(0, 2), torch.zeros(2, dtype=torch.int64)
    for now, then, fresh in zip(levels, levels[1:], [*drawn, torch.zeros_like(x)], strict=False):
        question = Query(x, now.expand(2), torch.zeros(2, dtype=torch.float64), rows, step, cond)
        alpha, sigma = alpha_sigma(then.expand(2))
        x = factor(alpha, x) * predict(model, question, context).x0 + factor(sigma, x) * fresh
    torch.testing.assert_close(x, theirs, atol=CLOSE, rtol=0)


def test_the_boundary_is_the_point_itself_at_time_zero_and_the_x0_at_late_times() -> None:
    x, x0 = noise(4, 2, 2), noise(4, 2, 2, seed=2)
    found = Boundary(10.0)(x, x0, torch.tensor([0.0, 999.0]))
    torch.testing.assert_close(found[0], x[0], atol=0, rtol=0)
    torch.testing.assert_close(found[1], x0[1], atol=1e-6, rtol=0)
    scheduler = DIFFUSERS.LCMScheduler(**BETAS)
    for time in (0, 19, 499):
        skip, out = scheduler.get_scalings_for_boundary_condition_discrete(time)
        ours = Boundary(10.0)(x.double(), x0.double(), torch.tensor([time, time]))
        torch.testing.assert_close(ours, skip * x.double() + out * x0.double())


@pytest.mark.filterwarnings("ignore:__array__ implementation")  # the library's own, in its scheduler
def test_one_step_of_a_turbo_model_is_the_pipelines(tmp_path: Path) -> None:
    pipeline = stable_diffusion(tmp_path)
    pipeline.scheduler = DIFFUSERS.EulerAncestralDiscreteScheduler(**BETAS, timestep_spacing="trailing")
    pipeline.save_pretrained(tmp_path / "checkpoint")
    x = noise(4, 16, 16)
    theirs = pipeline(TEXTS, latents=x.clone(), num_inference_steps=1, guidance_scale=0.0, output_type="latent").images
    model, _, process = opened(tmp_path / "checkpoint")
    levels = turbo(process, num_inference_steps=1)
    _, begun = alpha_sigma(levels.s[:1])  # their noise alone, without the σ of data that are 0, is as strong as this
    ours = sampled(Conditional(model, prompt(model, text="\n".join(TEXTS))), factor(begun.expand(2), x) * x, levels)
    torch.testing.assert_close(ours, theirs, atol=CLOSE, rtol=0)
    told = Conditional(model, distilled(prompt(model, text="a cat"), guidance=3.0))
    with pytest.raises(InputError, match="not trained to be told"):
        sampled(told, x, levels)
