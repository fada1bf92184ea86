"""FLUX: the results of diffusers' own pipeline, from the same folder, latents and levels."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from graphs.errors import InputError
from nodes.cond.prompt import prompt
from nodes.contracts.cond import Cond
from nodes.guidance.cfg import cfg
from nodes.guidance.conditional import conditional
from nodes.guidance.distilled import distilled
from nodes.levels.uniform_time import uniform_time
from nodes.model.pretrained import Opened
from nodes.pretrained.families.flux import latents, patches
from nodes.process.flow_by_resolution import flow_by_resolution
from nodes.processes.flow import Flow
from tests.nodes.pretrained.matching import CLOSE, STEPS, flow_levels, noise, opened, sampled, seen
from tests.nodes.pretrained.tiny import DIFFUSERS, Pipeline
from tests.nodes.pretrained.tiny_families import flux

TEXTS, NEGATIVE = ["a cat", "dog"], ["red cat", "a dog, a dog"]
LENGTH = 24
PACK = "_pack_latents"
"""The pipeline's own packing."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("flux")


@pytest.fixture(scope="module")
def pipeline(folder: Path) -> Pipeline:
    made = flux(folder)
    made.save_pretrained(folder / "checkpoint")
    return made


@pytest.fixture(scope="module")
def ours(folder: Path, pipeline: Pipeline) -> Opened:
    return opened(folder / "checkpoint", length=LENGTH)


def packed(x: Tensor) -> Tensor:
    """Latents as the pipeline packs them."""
    made: Tensor = getattr(DIFFUSERS.FluxPipeline, PACK)(x, *x.shape)
    return made


def theirs(pipeline: Pipeline, x: Tensor, **settings: object) -> Tensor:
    """The pipeline's result, of the size of the latents."""
    height, width = (2 * side for side in x.shape[-2:])
    given = {"height": height, "width": width, "max_sequence_length": LENGTH, "output_type": "latent", **settings}
    return pipeline(TEXTS, latents=packed(x), num_inference_steps=STEPS, **given).images


def texts_of(made: Opened, texts: list[str]) -> Cond:
    """A condition for each text."""
    return prompt(made.model, text="\n".join(texts))


def test_distilled_guidance_and_pictures_of_another_size_are_the_pipelines(pipeline: Pipeline, ours: Opened) -> None:
    x = noise(4, 8, 12)
    expected = theirs(pipeline, x, guidance_scale=7.0)
    told = conditional(ours.model, distilled(texts_of(ours, TEXTS), guidance=7.0))
    found = sampled(told, x, flow_levels(pipeline.scheduler))
    torch.testing.assert_close(packed(found), expected, atol=CLOSE, rtol=0)
    untold = sampled(conditional(ours.model, texts_of(ours, TEXTS)), x, flow_levels(pipeline.scheduler))
    assert (untold - found).abs().max() > 10 * CLOSE
    pictures = theirs(pipeline, x, guidance_scale=7.0, output_type="pt")
    torch.testing.assert_close(seen(ours.codec, found, ours.model.space), pictures, atol=CLOSE, rtol=0)


def test_guidance_with_a_negative_prompt_beside_the_distilled_one_is_the_pipelines(
    pipeline: Pipeline, ours: Opened
) -> None:
    x = noise(4, 8, 8)
    expected = theirs(pipeline, x, negative_prompt=NEGATIVE, true_cfg_scale=4.0)
    guided = cfg(ours.model, texts_of(ours, TEXTS), texts_of(ours, NEGATIVE), guidance_scale=4.0)
    found = sampled(guided, x, flow_levels(pipeline.scheduler))
    torch.testing.assert_close(packed(found), expected, atol=CLOSE, rtol=0)


def test_a_network_that_was_not_distilled_for_guidance_is_told_none(tmp_path: Path) -> None:
    pipeline, x = flux(tmp_path, distilled=False), noise(4, 8, 8)
    pipeline.save_pretrained(tmp_path / "checkpoint")
    made = opened(tmp_path / "checkpoint", length=LENGTH)
    cond = texts_of(made, TEXTS)
    expected = theirs(pipeline, x)
    found = sampled(conditional(made.model, cond), x, flow_levels(pipeline.scheduler))
    torch.testing.assert_close(packed(found), expected, atol=CLOSE, rtol=0)
    with pytest.raises(InputError, match="not trained to be told"):
        sampled(conditional(made.model, distilled(cond)), x, flow_levels(pipeline.scheduler))


def test_the_grid_of_a_picture_of_any_size_is_the_pipelines(pipeline: Pipeline, ours: Opened) -> None:
    theirs(pipeline, noise(4, 8, 12))
    process = flow_by_resolution(width=24, height=16, pixels_per_token=4)
    levels = uniform_time(process, num_inference_steps=STEPS)
    torch.testing.assert_close(Flow().time(levels.s), pipeline.scheduler.sigmas.double(), rtol=0, atol=1e-6)
    trained = flow_by_resolution(width=1024, height=1024)
    assert uniform_time(ours.process).s.equal(uniform_time(trained).s)


def test_t5_reads_as_many_tokens_as_the_pipeline_has_it_read(pipeline: Pipeline, folder: Path) -> None:
    assert prompt(opened(folder / "checkpoint").model, text="a cat").entries["context"].shape == (1, 512, 32)


def test_patches_are_the_pipelines_and_come_back() -> None:
    x = noise(3, 4, 6)
    assert torch.equal(patches(x), packed(x))
    assert torch.equal(latents(patches(x), 3), x)


def test_half_a_patch_and_skipped_layers_are_refused(pipeline: Pipeline, ours: Opened, folder: Path) -> None:
    with pytest.raises(InputError, match="patches"):
        sampled(ours.model, noise(4, 7, 8), flow_levels(pipeline.scheduler))
    with pytest.raises(InputError, match="one vector of CLIP"):
        texts_of(opened(folder / "checkpoint", clip_skip=1), TEXTS)
