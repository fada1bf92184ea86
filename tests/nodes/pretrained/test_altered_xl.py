"""SDXL with an adapter and a ControlNet: the result of diffusers' own pipeline."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from graphs.running.context import Meter, RunContext
from nodes.model.controlnet import controlnet
from nodes.model.lora import lora
from tests.nodes.pretrained.adapting import TEXT, UNET, random_layers, written
from tests.nodes.pretrained.controlling import controlling, pictures
from tests.nodes.pretrained.matching import CLOSE, STEPS, euler_levels, euler_start, noise, opened, sampled
from tests.nodes.pretrained.prompting import NEGATIVE, SCALE, TEXTS, guided
from tests.nodes.pretrained.tiny import DIFFUSERS, Pipeline, quiet
from tests.nodes.pretrained.tiny_families import sized_unet, stable_diffusion_xl


class Adapted(Pipeline):
    """What is used of a pipeline that takes adapters."""

    unet: nn.Module
    text_encoder: nn.Module
    text_encoder_2: nn.Module

    def load_lora_weights(self, path: Path, *, adapter_name: str) -> None:
        """Put an adapter on."""

    def set_adapters(self, names: list[str], weights: list[float]) -> None:
        """The adapters that work, and how strongly."""


@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning")
def test_an_adapter_on_both_encoders_beside_a_controlnet_is_the_pipelines(tmp_path: Path) -> None:
    stable_diffusion_xl(tmp_path).save_pretrained(tmp_path / "checkpoint")
    network = DIFFUSERS.ControlNetModel.from_pretrained(controlling(tmp_path / "control", sized_unet(64, 6)))
    pipeline: Adapted = DIFFUSERS.StableDiffusionXLControlNetPipeline.from_pretrained(
        tmp_path / "checkpoint", controlnet=network, add_watermarker=False
    )
    quiet(pipeline)
    layers = [
        *random_layers("unet", pipeline.unet, UNET, 1),
        *random_layers("text_encoder", pipeline.text_encoder, TEXT, 2),
        *random_layers("text_encoder_2", pipeline.text_encoder_2, TEXT, 3),
    ]
    adapter, x, images = written(tmp_path / "a.safetensors", layers, "peft"), noise(4, 16, 16), pictures(1)
    pipeline.load_lora_weights(adapter, adapter_name="a")
    pipeline.set_adapters(["a"], [0.6])
    theirs = pipeline(
        TEXTS,
        image=images.pixels.permute(0, 3, 1, 2).float().expand(2, -1, -1, -1) / 255,
        negative_prompt=NEGATIVE,
        latents=x.clone(),
        num_inference_steps=STEPS,
        guidance_scale=SCALE,
        controlnet_conditioning_scale=0.7,
        output_type="latent",
    ).images
    found = opened(tmp_path / "checkpoint")
    adapted = lora(found.model, weights=adapter, strength=0.6)
    model = controlnet(adapted, images, source=tmp_path / "control", strength=0.7, run=RunContext(Meter()))
    levels = euler_levels(pipeline.scheduler, found.process)
    ours = sampled(guided(model), euler_start(x, pipeline.scheduler, levels), levels)
    torch.testing.assert_close(ours, theirs, atol=CLOSE, rtol=0)
