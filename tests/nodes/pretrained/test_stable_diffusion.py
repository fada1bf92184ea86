"""Stable Diffusion: the results of diffusers' own pipelines, from the same folder, latents and times."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from nodes.cond.prompt import prompt
from nodes.guidance.cfg import cfg
from tests.nodes.pretrained.matching import CLOSE, STEPS, ddim_levels, noise, opened, sampled
from tests.nodes.pretrained.tiny import stable_diffusion

TEXTS, NEGATIVE = ["a cat", "dog"], ["red cat", "a dog, a dog"]


@pytest.mark.parametrize("prediction", ["epsilon", "v_prediction"])
def test_guidance_with_a_negative_prompt_is_the_pipelines(prediction: str, tmp_path: Path) -> None:
    pipeline = stable_diffusion(tmp_path, prediction)
    pipeline.save_pretrained(tmp_path / "checkpoint")
    x = noise(4, 16, 16)
    theirs = pipeline(
        TEXTS,
        negative_prompt=NEGATIVE,
        latents=x.clone(),
        num_inference_steps=STEPS,
        guidance_scale=4.0,
        output_type="latent",
    ).images
    model, _, process = opened(tmp_path / "checkpoint")
    guided = cfg(
        model, prompt(model, text="\n".join(TEXTS)), prompt(model, text="\n".join(NEGATIVE)), guidance_scale=4.0
    )
    ours = sampled(guided, x, ddim_levels(pipeline.scheduler, process))
    torch.testing.assert_close(ours, theirs, atol=CLOSE, rtol=0)
