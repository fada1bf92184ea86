"""Whole pipelines of diffusers with few and random weights, made without a file from anywhere."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Protocol

import pytest
import torch
from torch import Tensor

from tests.nodes.pretrained.words import Words, clip_words

DIFFUSERS, TRANSFORMERS = import_module("diffusers"), import_module("transformers")  # have no types
BETAS = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}


class Scheduler(Protocol):
    """What is used of a scheduler."""

    timesteps: Tensor
    sigmas: Tensor
    init_noise_sigma: Tensor

    def set_timesteps(self, num_inference_steps: int) -> None:
        """Choose the times."""


class Answer(Protocol):
    """What a pipeline answers."""

    images: Tensor


class Pipeline(Protocol):
    """What is used of a pipeline."""

    scheduler: Scheduler
    components: dict[str, object]

    def __call__(self, *arguments: object, **settings: object) -> Answer:
        """Sample."""

    def save_pretrained(self, folder: Path) -> None:
        """Write it, each part into a folder of its own."""

    def set_progress_bar_config(self, *, disable: bool) -> None:
        """Show nothing."""


def seeded(seed: int = 0) -> None:
    """The same weights every time."""
    torch.manual_seed(seed)


def clip(words: Words, kind: str = "CLIPTextModel", activation: str = "quick_gelu", heads: int = 4) -> object:
    """A text encoder of two layers."""
    count = len(words)
    config = TRANSFORMERS.CLIPTextConfig(
        vocab_size=count,
        hidden_size=32,
        intermediate_size=37,
        num_hidden_layers=2,
        num_attention_heads=heads,
        max_position_embeddings=77,
        projection_dim=32,
        hidden_act=activation,
        bos_token_id=count - 2,
        eos_token_id=count - 1,
        pad_token_id=count - 1,
    )
    return getattr(TRANSFORMERS, kind)(config)


def vae(channels: int = 4, **settings: object) -> object:
    """An autoencoder that halves the sides once."""
    return DIFFUSERS.AutoencoderKL(
        block_out_channels=(32, 64),
        down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
        latent_channels=channels,
        sample_size=32,
        **settings,
    )


def unet(channels: int = 4, **settings: object) -> object:
    """A UNet that is told a text."""
    return DIFFUSERS.UNet2DConditionModel(
        block_out_channels=(32, 64),
        layers_per_block=1,
        sample_size=16,
        in_channels=channels,
        out_channels=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        **{"cross_attention_dim": 32, "attention_head_dim": 8, **settings},
    )


def stable_diffusion(
    folder: Path, prediction: str = "epsilon", channels: int = 4, seed: int = 0, heads: int = 4
) -> Pipeline:
    """Stable Diffusion 1 (ε) or 2 (v)."""
    seeded(seed)
    words = clip_words(folder / "words")
    kind = "StableDiffusionPipeline" if channels == 4 else "StableDiffusionInpaintPipeline"
    return quiet(
        getattr(DIFFUSERS, kind)(
            vae=vae(),
            text_encoder=clip(words, heads=heads),
            tokenizer=words,
            unet=unet(channels),
            scheduler=DIFFUSERS.DDIMScheduler(
                **BETAS, clip_sample=False, set_alpha_to_one=False, steps_offset=1, prediction_type=prediction
            ),
            safety_checker=None,
            feature_extractor=None,
            requires_safety_checker=False,
        )
    )


def latent_consistency(folder: Path) -> Pipeline:
    """A student of Stable Diffusion that answers in few steps, and is told its guidance scale."""
    teacher = stable_diffusion(folder)
    seeded()
    student = {**teacher.components, "unet": unet(time_cond_proj_dim=16), "scheduler": DIFFUSERS.LCMScheduler(**BETAS)}
    del student["image_encoder"]
    return quiet(DIFFUSERS.LatentConsistencyModelPipeline(**student, requires_safety_checker=False))


def quiet(pipeline: Pipeline) -> Pipeline:
    """The pipeline without a bar of progress."""
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def ddpm(side: int = 16, **settings: object) -> Pipeline:
    """A UNet on pixels that is told nothing, unless the settings say otherwise."""
    seeded()
    network = DIFFUSERS.UNet2DModel(
        block_out_channels=(32, 64),
        layers_per_block=1,
        sample_size=side,
        norm_num_groups=8,
        down_block_types=("DownBlock2D", "AttnDownBlock2D"),
        up_block_types=("AttnUpBlock2D", "UpBlock2D"),
        **{"in_channels": 3, "out_channels": 3, **settings},
    )
    return quiet(DIFFUSERS.DDIMPipeline(unet=network, scheduler=pixel_scheduler()))


def pixel_scheduler(**settings: object) -> Scheduler:
    """DDIM as checkpoints on pixels have it, but without its clipping."""
    made: Scheduler = DIFFUSERS.DDIMScheduler(clip_sample=False, set_alpha_to_one=False, **settings)
    return made


def dit() -> Pipeline:
    """A transformer on latents that is told one of a thousand classes, and predicts its variance too."""
    seeded()
    network = DIFFUSERS.DiTTransformer2DModel(
        sample_size=8,
        num_layers=2,
        patch_size=2,
        attention_head_dim=8,
        num_attention_heads=2,
        in_channels=4,
        out_channels=8,
        num_embeds_ada_norm=1000,
    )
    return quiet(DIFFUSERS.DiTPipeline(transformer=network.eval(), vae=vae(), scheduler=pixel_scheduler()))


def labelled(folder: Path) -> Path:
    """The folder of a checkpoint, its list with names of classes, as the published ones have it."""
    labels = {"0": "tench, Tinca tinca", "1": "goldfish, Carassius auratus", "134": "crane", "517": "crane"}
    index = folder / "model_index.json"
    index.write_text(json.dumps({**json.loads(index.read_text()), "id2label": labels}))
    return folder


def replaying(monkeypatch: pytest.MonkeyPatch, module: str, *numbers: Tensor) -> None:
    """Let a module of the library take these numbers, in order, where it would draw."""
    drawn = iter(numbers)
    monkeypatch.setattr(f"diffusers.{module}.randn_tensor", lambda *_, **__: next(drawn).clone())
