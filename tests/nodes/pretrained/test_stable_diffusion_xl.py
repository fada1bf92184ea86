"""SDXL: the results of diffusers' own pipeline, from the same folder, latents and times."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from graphs.errors import InputError
from nodes.cond.prompt import prompt
from nodes.cond.size import size
from nodes.contracts.cond import Cond
from nodes.contracts.levels import Levels
from nodes.guidance.cfg import cfg
from nodes.model.pretrained import Opened
from tests.nodes.pretrained.matching import CLOSE, STEPS, euler_levels, euler_start, noise, opened, sampled, seen
from tests.nodes.pretrained.tiny import Pipeline
from tests.nodes.pretrained.tiny_families import refiner, stable_diffusion_xl

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"  # of diffusers' own arrays
)
TEXTS, NEGATIVE = ["a cat", "dog"], ["red cat", "a dog, a dog"]
SCALE = 4.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stable_diffusion_xl")


@pytest.fixture(scope="module")
def pipeline(folder: Path) -> Pipeline:
    made = stable_diffusion_xl(folder)
    made.save_pretrained(folder / "checkpoint")
    return made


@pytest.fixture(scope="module")
def ours(folder: Path, pipeline: Pipeline) -> Opened:
    return opened(folder / "checkpoint")


def theirs(pipeline: Pipeline, x: Tensor, **settings: object) -> Tensor:
    """The pipeline's result for as many texts as latents, of their size."""
    height, width = (2 * side for side in x.shape[-2:])
    given = {"height": height, "width": width, "guidance_scale": SCALE, "output_type": "latent", **settings}
    return pipeline(TEXTS[: len(x)], latents=x.clone(), num_inference_steps=STEPS, **given).images


def result(made: Opened, pipeline: Pipeline, x: Tensor, positive: Cond, negative: Cond | None) -> Tensor:
    """Ours, along the pipeline's last levels."""
    levels = euler_levels(pipeline.scheduler, made.process)
    guided = cfg(made.model, positive, negative, guidance_scale=SCALE)
    return sampled(guided, euler_start(x, pipeline.scheduler, levels), levels)


def test_guidance_with_a_negative_prompt_and_pictures_of_another_size_are_the_pipelines(
    pipeline: Pipeline, ours: Opened
) -> None:
    x = noise(4, 8, 24)
    expected = theirs(pipeline, x, negative_prompt=NEGATIVE)
    positive, negative = (prompt(ours.model, text="\n".join(texts)) for texts in (TEXTS, NEGATIVE))
    found = result(ours, pipeline, x, positive, negative)
    torch.testing.assert_close(found, expected, atol=CLOSE, rtol=0)
    pictures = theirs(pipeline, x, negative_prompt=NEGATIVE, output_type="pt")
    torch.testing.assert_close(seen(ours.codec, found, ours.model.space), pictures, atol=CLOSE, rtol=0)


def test_sizes_and_crops_and_zeros_for_no_prompt_are_the_pipelines(pipeline: Pipeline, ours: Opened) -> None:
    x = noise(4, 16, 16, count=1)  # of several, the pipeline tells the rows each other's sizes
    sizes = {"original_size": (100, 200), "crops_coords_top_left": (8, 16)}
    expected = theirs(pipeline, x, **sizes, negative_original_size=(32, 32), negative_target_size=(32, 32))
    text = prompt(ours.model, text="\n".join(TEXTS))
    positive = size(text, original_height=100, original_width=200, crop_top=8, crop_left=16)
    torch.testing.assert_close(result(ours, pipeline, x, positive, None), expected, atol=CLOSE, rtol=0)
    assert (result(ours, pipeline, x, text, None) - expected).abs().max() > 10 * CLOSE


def test_clip_skip_is_the_pipelines(pipeline: Pipeline, folder: Path) -> None:
    made, x = opened(folder / "checkpoint", clip_skip=1), noise(4, 16, 16)
    text = prompt(made.model, text="\n".join(TEXTS))
    expected = theirs(pipeline, x, clip_skip=1)
    torch.testing.assert_close(result(made, pipeline, x, text, None), expected, atol=CLOSE, rtol=0)


def test_more_layers_than_the_encoder_has_cannot_be_skipped(pipeline: Pipeline, folder: Path) -> None:
    made = opened(folder / "checkpoint", clip_skip=2)
    with pytest.raises(InputError, match="more layers"):
        prompt(made.model, text="cat")


def test_no_prompt_is_the_empty_text_where_the_checkpoint_says_so(tmp_path: Path) -> None:
    pipeline, x = stable_diffusion_xl(tmp_path, zeros=False), noise(4, 16, 16)
    pipeline.save_pretrained(tmp_path / "checkpoint")
    made = opened(tmp_path / "checkpoint")
    expected = theirs(pipeline, x)
    text = prompt(made.model, text="\n".join(TEXTS))
    torch.testing.assert_close(result(made, pipeline, x, text, None), expected, atol=CLOSE, rtol=0)


def test_a_refiner_has_one_encoder_and_is_told_how_pictures_are_liked(tmp_path: Path) -> None:
    pipeline, x = refiner(tmp_path), noise(4, 16, 16)
    pipeline.save_pretrained(tmp_path / "checkpoint")
    made = opened(tmp_path / "checkpoint")
    settings = {"image": x, "strength": 1.0, "generator": torch.Generator().manual_seed(0)}
    expected = pipeline(TEXTS, **settings, num_inference_steps=STEPS, guidance_scale=SCALE, output_type="latent").images
    levels = euler_levels(pipeline.scheduler, made.process)
    drawn = torch.randn(x.shape, generator=torch.Generator().manual_seed(0))
    begun = (x + float(levels.s[0]) * drawn) / float((1 + levels.s[0] ** 2).sqrt())
    guided = cfg(made.model, prompt(made.model, text="\n".join(TEXTS)), guidance_scale=SCALE)
    torch.testing.assert_close(sampled(guided, begun, levels), expected, atol=CLOSE, rtol=0)


def test_a_condition_cannot_say_what_the_checkpoint_was_not_told(ours: Opened) -> None:
    cond = Cond({**prompt(ours.model, text="cat").entries, "guidance": torch.ones(1)})
    levels = Levels(torch.tensor([1.0, 0.0]).double())
    with pytest.raises(InputError, match="not trained to be told"):
        sampled(cfg(ours.model, cond, guidance_scale=1.0), noise(4, 16, 16), levels)
