"""Pictures to begin with and to paint on: the results of diffusers' own pipelines for img2img and inpainting."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from graphs import InputError
from graphs.running.context import Meter, RunContext
from nodes.cond.inpaint import inpaint as told_mask
from nodes.contracts.cond import Cond
from nodes.contracts.levels import Levels, place
from nodes.contracts.media import Image
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.levels.strength import strength as last_share
from nodes.solver.euler import Euler
from nodes.solver.inpaint import inpaint
from tests.nodes.pretrained.matching import CLOSE, STEPS, ddim_levels, noise, opened, sampled
from tests.nodes.pretrained.prompting import NEGATIVE, SCALE, TEXTS, guided
from tests.nodes.pretrained.tiny import DIFFUSERS, Pipeline, quiet, stable_diffusion


def painting(kind: str, folder: Path) -> Pipeline:
    """A pipeline that opens a checkpoint whose last step leads to data."""
    config = DIFFUSERS.DDIMScheduler.from_pretrained(folder, subfolder="scheduler").config
    scheduler = DIFFUSERS.DDIMScheduler.from_config(config, set_alpha_to_one=True)
    made: Pipeline = getattr(DIFFUSERS, kind).from_pretrained(folder, scheduler=scheduler)
    return quiet(made)


def checkpoint(folder: Path, channels: int) -> Path:
    stable_diffusion(folder, channels=channels).save_pretrained(folder / "checkpoint")
    return folder / "checkpoint"


def to_data(levels: Levels) -> Levels:
    return Levels(torch.cat([levels.s[:-1], torch.zeros_like(levels.s[-1:])]))


def picture_and_mask() -> tuple[Image, Image]:
    draw = torch.Generator().manual_seed(7)
    image = Image(torch.randint(0, 256, (2, 32, 32, 3), generator=draw).byte())
    white = torch.zeros(1, 32, 32, 1, dtype=torch.uint8)
    white[:, 5:20, 8:31] = 255
    return image, Image(white)


SETTINGS = {
    "negative_prompt": NEGATIVE,
    "num_inference_steps": STEPS,
    "guidance_scale": SCALE,
    "output_type": "latent",
}


def test_img2img_is_the_pipelines(tmp_path: Path) -> None:
    folder = checkpoint(tmp_path, 4)
    pipeline = painting("StableDiffusionImg2ImgPipeline", folder)
    begun, eps = noise(4, 16, 16, seed=2), noise(4, 16, 16, seed=3)
    theirs = pipeline(
        TEXTS, image=begun.clone(), strength=0.5, generator=torch.Generator().manual_seed(3), **SETTINGS
    ).images
    found = opened(folder)
    levels = last_share(to_data(ddim_levels(pipeline.scheduler, found.process)), strength=0.5)
    assert len(levels) == STEPS // 2
    ours = sampled(guided(found.model), place(begun, eps, levels.s[0].expand(2)), levels)
    torch.testing.assert_close(ours, theirs, atol=CLOSE, rtol=0)


def test_a_checkpoint_of_nine_channels_paints_as_the_pipeline(tmp_path: Path) -> None:
    folder = checkpoint(tmp_path, 9)
    pipeline = painting("StableDiffusionInpaintPipeline", folder)
    x, (image, mask) = noise(4, 16, 16), picture_and_mask()
    pixels = image.pixels.permute(0, 3, 1, 2).float() / 127.5 - 1
    anew = (mask.pixels.permute(0, 3, 1, 2).float() / 255).expand(2, -1, -1, -1)
    theirs = pipeline(
        TEXTS,
        image=(pixels + 1) / 2,
        mask_image=anew,
        masked_image_latents=encoded(pipeline, pixels * (anew < 0.5)),
        latents=x.clone(),
        height=32,
        width=32,
        strength=1.0,
        **SETTINGS,
    ).images
    found = opened(folder)

    def told(cond: Cond) -> Cond:
        return told_mask(cond, found.codec, image, mask, run=RunContext(Meter()))

    levels = to_data(ddim_levels(pipeline.scheduler, found.process))
    torch.testing.assert_close(sampled(guided(found.model, told), x, levels), theirs, atol=CLOSE, rtol=0)
    with pytest.raises(InputError, match="this checkpoint inpaints") as caught:
        sampled(guided(found.model), x, levels)
    assert "cond.inpaint" in caught.value.mend


def test_a_checkpoint_of_four_channels_paints_as_the_pipeline(tmp_path: Path) -> None:
    folder = checkpoint(tmp_path, 4)
    pipeline = painting("StableDiffusionInpaintPipeline", folder)
    x, known, (image, mask) = noise(4, 16, 16), noise(4, 16, 16, seed=2), picture_and_mask()
    theirs = pipeline(
        TEXTS,
        image=known.clone(),
        mask_image=(mask.pixels.permute(0, 3, 1, 2).float() / 255).expand(2, -1, -1, -1),
        masked_image_latents=known.clone(),
        latents=x.clone(),
        height=32,
        width=32,
        strength=1.0,
        **SETTINGS,
    ).images
    found = opened(folder)
    levels = to_data(ddim_levels(pipeline.scheduler, found.process))
    original = Sample(known, torch.zeros(2, dtype=torch.float64), found.model.space, Rows.first(0, 2))
    pure = Sample(x, torch.full((2,), torch.inf, dtype=torch.float64), found.model.space, Rows.first(0, 2))
    solver = inpaint(Euler(), original, mask, pure)
    torch.testing.assert_close(sampled(guided(found.model), x, levels, solver), theirs, atol=CLOSE, rtol=0)

    def told(cond: Cond) -> Cond:
        return told_mask(cond, found.codec, image, mask, run=RunContext(Meter()))

    with pytest.raises(InputError, match="does not read"):
        sampled(guided(found.model, told), x, levels)


def encoded(pipeline: Pipeline, pixels: Tensor) -> Tensor:
    """The mean of the VAE's latents, as the UNet has them."""
    network = getattr(pipeline, "vae")  # noqa: B009 - none of the pipelines' protocol
    with torch.no_grad():
        latents: Tensor = network.encode(pixels).latent_dist.mode() * network.config.scaling_factor
    return latents
