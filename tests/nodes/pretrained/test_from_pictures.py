"""Image to image and inpainting with Stable Diffusion of 4 channels: the results of diffusers' own pipelines."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
import torch
from torch import Tensor

from nodes.cond.prompt import prompt
from nodes.contracts.levels import Levels, place
from nodes.contracts.media import Image
from nodes.contracts.model import Model
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.guidance.cfg import cfg
from nodes.levels.strength import strength
from nodes.solver.euler import Euler
from nodes.solver.inpaint import inpaint
from tests.nodes.pretrained.matching import CLOSE, ddim_levels, noise, opened, sampled
from tests.nodes.pretrained.tiny import Pipeline, quiet, stable_diffusion

DIFFUSERS = import_module("diffusers")  # has no types
TEXTS, STEPS, SHARE = ["a cat", "dog"], 6, 0.7


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    stable_diffusion(folder).save_pretrained(folder / "checkpoint")
    return folder / "checkpoint"


def pipeline(kind: str, checkpoint: Path) -> Pipeline:
    """A pipeline of that kind from the same files."""
    made: Pipeline = getattr(DIFFUSERS, f"StableDiffusion{kind}Pipeline").from_pretrained(
        checkpoint, safety_checker=None, feature_extractor=None, requires_safety_checker=False
    )
    return quiet(made)


def ours(checkpoint: Path, theirs: Pipeline) -> tuple[Model, Levels]:
    """Our model under guidance, and the end of its levels."""
    model, _, process = opened(checkpoint)
    guided = cfg(model, prompt(model, text="\n".join(TEXTS)), guidance_scale=4.0)
    return guided, strength(ddim_levels(theirs.scheduler, process), strength=SHARE)


def drawn(count: int = 2, seed: int = 5) -> Tensor:
    """The noise that a pipeline with a generator of that seed draws."""
    return torch.randn(count, 4, 16, 16, generator=torch.Generator().manual_seed(seed))


def test_image_to_image_is_the_pipelines(checkpoint: Path) -> None:
    theirs, original = pipeline("Img2Img", checkpoint), noise(4, 16, 16, seed=3)
    expected = theirs(
        TEXTS,
        image=original,
        strength=SHARE,
        num_inference_steps=STEPS,
        guidance_scale=4.0,
        generator=torch.Generator().manual_seed(5),
        output_type="latent",
    ).images
    model, levels = ours(checkpoint, theirs)
    x = place(original, drawn(), levels.s[:1].expand(2))
    torch.testing.assert_close(sampled(model, x, levels), expected, atol=CLOSE, rtol=0)


def test_inpainting_with_an_ordinary_model_is_the_pipelines(checkpoint: Path) -> None:
    theirs, original = pipeline("Inpaint", checkpoint), noise(4, 16, 16, seed=3)
    mask = torch.randint(0, 256, (2, 32, 32, 1), dtype=torch.uint8, generator=torch.Generator().manual_seed(2))
    expected = theirs(
        TEXTS,
        image=original,
        mask_image=mask.permute(0, 3, 1, 2) / 255.0,
        masked_image_latents=original,
        height=32,
        width=32,
        strength=SHARE,
        num_inference_steps=STEPS,
        guidance_scale=4.0,
        generator=torch.Generator().manual_seed(5),
        output_type="latent",
    ).images
    model, levels = ours(checkpoint, theirs)
    clean = Sample(original, torch.zeros(2, dtype=torch.float64), model.space, Rows.first(0, 2))
    solver = inpaint(Euler(), clean, Image(mask), clean_end=True)
    x = place(original, drawn(), levels.s[:1].expand(2))
    torch.testing.assert_close(sampled(model, x, levels, solver), expected, atol=CLOSE, rtol=0)
    hidden = torch.nn.functional.interpolate(mask.permute(0, 3, 1, 2).double(), size=(16, 16)) >= 127.5
    assert bool(((expected == original) != hidden).all()), "what is known is the original"
