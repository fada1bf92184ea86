"""Tiny pipelines of SDXL, SD3 and FLUX."""

from __future__ import annotations

from pathlib import Path

from tests.nodes.pretrained.tiny import (
    BETAS,
    DIFFUSERS,
    TRANSFORMERS,
    Pipeline,
    clip,
    quiet,
    seeded,
    unet,
    vae,
)
from tests.nodes.pretrained.words import Words, clip_words, t5_words

PROJECTED = "CLIPTextModelWithProjection"
BARE_VAE = {"use_quant_conv": False, "use_post_quant_conv": False}
"""Of VAEs whose latents are those of the encoder itself, as SD3's and FLUX's."""


def t5(words: Words, width: int) -> object:
    """T5's encoder of two layers; without the dropout that it has in training."""
    config = TRANSFORMERS.T5Config(
        vocab_size=len(words),
        d_model=width,
        d_kv=8,
        d_ff=37,
        num_layers=2,
        num_heads=4,
        feed_forward_proj="gated-gelu",
        pad_token_id=0,
        eos_token_id=1,
        decoder_start_token_id=0,
    )
    return TRANSFORMERS.T5EncoderModel(config).eval()


def stable_diffusion_xl(folder: Path, *, zeros: bool = True) -> Pipeline:
    """Stable Diffusion XL."""
    seeded()
    words, others = clip_words(folder / "words"), clip_words(folder / "others", "!")
    return quiet(
        DIFFUSERS.StableDiffusionXLPipeline(
            vae=vae(),
            text_encoder=clip(words),
            text_encoder_2=clip(others, PROJECTED, "gelu"),
            tokenizer=words,
            tokenizer_2=others,
            unet=sized_unet(64, 6),
            scheduler=euler(),
            force_zeros_for_empty_prompt=zeros,
            add_watermarker=False,
        )
    )


def refiner(folder: Path) -> Pipeline:
    """SDXL's refiner."""
    seeded()
    others = clip_words(folder / "others", "!")
    return quiet(
        DIFFUSERS.StableDiffusionXLImg2ImgPipeline(
            vae=vae(),
            text_encoder=None,
            text_encoder_2=clip(others, PROJECTED, "gelu"),
            tokenizer=None,
            tokenizer_2=others,
            unet=sized_unet(32, 5),
            scheduler=euler(),
            requires_aesthetics_score=True,
            force_zeros_for_empty_prompt=False,
            add_watermarker=False,
        )
    )


def sized_unet(width: int, numbers: int) -> object:
    """A UNet that is told a text and so many numbers."""
    return unet(
        cross_attention_dim=width,
        attention_head_dim=(2, 4),
        use_linear_projection=True,
        transformer_layers_per_block=(1, 2),
        addition_embed_type="text_time",
        addition_time_embed_dim=8,
        projection_class_embeddings_input_dim=8 * numbers + 32,
    )


def euler() -> object:
    """SDXL's scheduler."""
    return DIFFUSERS.EulerDiscreteScheduler(**BETAS, steps_offset=1, timestep_spacing="leading")


def stable_diffusion_3(folder: Path, *, long: bool = True) -> Pipeline:
    """Stable Diffusion 3, with T5 or without."""
    seeded()
    words, others, texts = clip_words(folder / "words"), clip_words(folder / "others", "!"), t5_words()
    return quiet(
        DIFFUSERS.StableDiffusion3Pipeline(
            transformer=DIFFUSERS.SD3Transformer2DModel(
                sample_size=16,
                patch_size=2,
                in_channels=4,
                num_layers=2,
                attention_head_dim=8,
                num_attention_heads=4,
                caption_projection_dim=32,
                joint_attention_dim=80,
                pooled_projection_dim=64,
                out_channels=4,
                pos_embed_max_size=16,
            ),
            scheduler=DIFFUSERS.FlowMatchEulerDiscreteScheduler(shift=3.0),
            vae=vae(shift_factor=0.0609, scaling_factor=1.5035, **BARE_VAE),
            text_encoder=clip(words, PROJECTED),
            tokenizer=words,
            text_encoder_2=clip(others, PROJECTED, "gelu"),
            tokenizer_2=others,
            text_encoder_3=t5(texts, 80) if long else None,
            tokenizer_3=texts if long else None,
        )
    )


def flux(folder: Path, *, distilled: bool = True) -> Pipeline:
    """FLUX.1: dev, or schnell."""
    seeded()
    words, texts = clip_words(folder / "words"), t5_words()
    return quiet(
        DIFFUSERS.FluxPipeline(
            scheduler=DIFFUSERS.FlowMatchEulerDiscreteScheduler(shift=3.0, use_dynamic_shifting=distilled),
            vae=vae(shift_factor=0.1159, scaling_factor=0.3611, **BARE_VAE),
            text_encoder=clip(words),
            tokenizer=words,
            text_encoder_2=t5(texts, 32),
            tokenizer_2=texts,
            transformer=DIFFUSERS.FluxTransformer2DModel(
                patch_size=1,
                in_channels=16,
                num_layers=1,
                num_single_layers=1,
                attention_head_dim=16,
                num_attention_heads=2,
                joint_attention_dim=32,
                pooled_projection_dim=32,
                axes_dims_rope=(4, 4, 8),
                guidance_embeds=distilled,
            ),
        )
    )
