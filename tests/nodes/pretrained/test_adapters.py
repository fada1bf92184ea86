"""Adapters on Stable Diffusion: the results of diffusers' own pipeline with the same files."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from nodes.contracts.model import Model
from nodes.model.lora import lora
from nodes.model.pretrained import Opened
from tests.nodes.pretrained.adapting import TEXT, UNET, Layer, random_layers, written
from tests.nodes.pretrained.matching import CLOSE, STEPS, ddim_levels, noise, opened, sampled
from tests.nodes.pretrained.prompting import NEGATIVE, SCALE, TEXTS, guided
from tests.nodes.pretrained.tiny import DIFFUSERS, Pipeline, quiet, stable_diffusion


class Adapted(Pipeline):
    """What is used of a pipeline that takes adapters."""

    unet: nn.Module
    text_encoder: nn.Module

    def load_lora_weights(self, path: Path, *, adapter_name: str) -> None:
        """Put an adapter on."""

    def set_adapters(self, names: list[str], weights: list[float]) -> None:
        """The adapters that work, and how strongly."""


def layers_of(pipeline: Adapted, seed: int) -> list[Layer]:
    unet = random_layers("unet", pipeline.unet, UNET, seed)
    return [*unet, *random_layers("text_encoder", pipeline.text_encoder, TEXT, seed)]


def theirs(pipeline: Pipeline, x: Tensor) -> Tensor:
    return pipeline(
        TEXTS,
        negative_prompt=NEGATIVE,
        latents=x.clone(),
        num_inference_steps=STEPS,
        guidance_scale=SCALE,
        output_type="latent",
    ).images


def ours(found: Opened, model: Model, pipeline: Pipeline, x: Tensor) -> Tensor:
    return sampled(guided(model), x, ddim_levels(pipeline.scheduler, found.process))


@pytest.mark.filterwarnings("ignore:Already found a `peft_config` attribute in the model:UserWarning")
def test_two_adapters_at_their_strengths_are_the_pipelines(tmp_path: Path) -> None:
    stable_diffusion(tmp_path).save_pretrained(tmp_path / "checkpoint")
    pipeline: Adapted = DIFFUSERS.StableDiffusionPipeline.from_pretrained(tmp_path / "checkpoint")
    quiet(pipeline)
    first, second = layers_of(pipeline, 1), layers_of(pipeline, 2)
    x, found = noise(4, 16, 16), opened(tmp_path / "checkpoint")
    plain = theirs(pipeline, x)
    for number, layers in enumerate((first, second)):
        pipeline.load_lora_weights(
            written(tmp_path / f"{number}.safetensors", layers, "peft"), adapter_name=f"a{number}"
        )
    pipeline.set_adapters(["a0", "a1"], [0.7, -0.4])
    expected = theirs(pipeline, x)
    assert float((expected - plain).abs().max()) > 100 * CLOSE
    one = lora(found.model, weights=tmp_path / "0.safetensors", strength=0.7)
    both = lora(one, weights=written(tmp_path / "two.safetensors", second, "kohya"), strength=-0.4)
    torch.testing.assert_close(ours(found, both, pipeline, x), expected, atol=CLOSE, rtol=0)
    torch.testing.assert_close(ours(found, found.model, pipeline, x), plain, atol=CLOSE, rtol=0)
