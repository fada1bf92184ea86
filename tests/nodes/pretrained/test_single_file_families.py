"""Single files of SDXL, SD3 and FLUX.1, with all their text encoders: what the folders of the same weights give."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from nodes.pretrained.single_file import SingleFile
from tests.nodes.pretrained import original
from tests.nodes.pretrained.both import same_results, weights_of
from tests.nodes.pretrained.matching import opened
from tests.nodes.pretrained.tiny import BETAS, DIFFUSERS, Pipeline, clip, quiet, seeded, vae
from tests.nodes.pretrained.tiny_families import BARE_VAE, PROJECTED, t5
from tests.nodes.pretrained.words import clip_words, t5_words

NETWORK, VAE, ENCODERS = "model.diffusion_model.", "first_stage_model.", "text_encoders."


@pytest.fixture(autouse=True)
def _no_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))


def written(folder: Path, pipeline: Pipeline, file: dict[str, Tensor]) -> Path:
    """A file beside the folder `checkpoint` of the same pipeline."""
    quiet(pipeline).save_pretrained(folder / "checkpoint")
    save_file({**file, **vae_of(pipeline)}, folder / "model.safetensors")
    return folder / "model.safetensors"


def vae_of(pipeline: Pipeline) -> dict[str, Tensor]:
    """The VAE's weights as they lie in a file."""
    return original.under(VAE, original.vae(weights_of(pipeline.components["vae"]), 2))


def test_stable_diffusion_xl_gives_what_its_folder_gives(tmp_path: Path) -> None:
    seeded()
    words, others = clip_words(tmp_path / "words"), clip_words(tmp_path / "others", "!")
    parts = {
        "unet": DIFFUSERS.UNet2DConditionModel(
            block_out_channels=(64, 128),
            layers_per_block=1,
            sample_size=128,
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
            cross_attention_dim=64,
            attention_head_dim=(1, 2),
            use_linear_projection=True,
            transformer_layers_per_block=(1, 2),
            addition_embed_type="text_time",
            addition_time_embed_dim=8,
            projection_class_embeddings_input_dim=6 * 8 + 32,
        ),
        "text_encoder": clip(words, heads=1),
        "text_encoder_2": clip(others, PROJECTED, "gelu", heads=1),
        "vae": vae(scaling_factor=0.13025),
    }
    scheduler = DIFFUSERS.DDIMScheduler(**BETAS, prediction_type="v_prediction", rescale_betas_zero_snr=True)
    pipeline = DIFFUSERS.StableDiffusionXLPipeline(
        **parts, tokenizer=words, tokenizer_2=others, scheduler=scheduler, add_watermarker=False
    )
    first = {name.removeprefix("text_model."): tensor for name, tensor in weights_of(parts["text_encoder"]).items()}
    second = original.open_clip(weights_of(parts["text_encoder_2"]))
    file = {
        **original.under(NETWORK, original.unet(weights_of(parts["unet"]), 1)),
        **original.under("conditioner.embedders.0.transformer.text_model.", first),
        **original.under("conditioner.embedders.1.model.", second),
        "v_pred": torch.zeros(0),
        "ztsnr": torch.zeros(0),
    }
    same_results(opened(written(tmp_path, pipeline, file)), opened(tmp_path / "checkpoint"))
    source = SingleFile(tmp_path / "model.safetensors")
    assert source.settings() == {"force_zeros_for_empty_prompt": True, "requires_aesthetics_score": False}
    assert [source.tokenizer(name).pad_token_id for name in ("tokenizer", "tokenizer_2")] == [len(words) - 1, 0]


def test_stable_diffusion_3_gives_what_its_folder_gives(tmp_path: Path) -> None:
    seeded()
    words, others, texts = clip_words(tmp_path / "words"), clip_words(tmp_path / "others", "!"), t5_words()
    transformer = DIFFUSERS.SD3Transformer2DModel(
        sample_size=128,
        in_channels=4,
        out_channels=4,
        num_layers=2,
        attention_head_dim=64,
        num_attention_heads=1,
        caption_projection_dim=64,
        joint_attention_dim=80,
        pooled_projection_dim=64,
        pos_embed_max_size=16,
    )
    encoders = {
        "text_encoder": clip(words, PROJECTED, heads=1),
        "text_encoder_2": clip(others, PROJECTED, "gelu", heads=1),
        "text_encoder_3": t5(texts, 80),
    }
    pipeline = DIFFUSERS.StableDiffusion3Pipeline(
        transformer=transformer,
        **encoders,
        tokenizer=words,
        tokenizer_2=others,
        tokenizer_3=texts,
        vae=vae(scaling_factor=1.5305, shift_factor=0.0609, **BARE_VAE),
        scheduler=DIFFUSERS.FlowMatchEulerDiscreteScheduler(shift=3.0),
    )
    file = {
        **original.under(NETWORK, original.sd3(weights_of(transformer))),
        **original.under(f"{ENCODERS}clip_l.transformer.", weights_of(encoders["text_encoder"])),
        **original.under(f"{ENCODERS}clip_g.transformer.", weights_of(encoders["text_encoder_2"])),
        **original.under(f"{ENCODERS}t5xxl.transformer.", weights_of(encoders["text_encoder_3"])),
    }
    same_results(opened(written(tmp_path, pipeline, file)), opened(tmp_path / "checkpoint"))


@pytest.mark.parametrize("told", [True, False])
def test_flux_gives_what_its_folder_gives(told: bool, tmp_path: Path) -> None:
    seeded()
    words, texts = clip_words(tmp_path / "words"), t5_words()
    transformer = DIFFUSERS.FluxTransformer2DModel(
        in_channels=16,
        num_layers=1,
        num_single_layers=1,
        attention_head_dim=32,
        num_attention_heads=2,
        joint_attention_dim=32,
        pooled_projection_dim=32,
        axes_dims_rope=(4, 14, 14),
        guidance_embeds=told,
    )
    first, second = clip(words, heads=1), t5(texts, 32)
    pipeline = DIFFUSERS.FluxPipeline(
        transformer=transformer,
        text_encoder=first,
        tokenizer=words,
        text_encoder_2=second,
        tokenizer_2=texts,
        vae=vae(scaling_factor=0.3611, shift_factor=0.1159, **BARE_VAE),
        scheduler=DIFFUSERS.FlowMatchEulerDiscreteScheduler(shift=3.0 if told else 1.0, use_dynamic_shifting=told),
    )
    inner = {name.removeprefix("text_model."): tensor for name, tensor in weights_of(first).items()}
    file = {
        **original.under(NETWORK, original.flux(weights_of(transformer))),
        **original.under(f"{ENCODERS}clip_l.transformer.text_model.", inner),
        **original.under(f"{ENCODERS}t5xxl.transformer.", weights_of(second)),
    }
    ours, theirs = opened(written(tmp_path, pipeline, file)), opened(tmp_path / "checkpoint")
    same_results(ours, theirs)
    time = torch.tensor([0.3, 0.9])
    torch.testing.assert_close(ours.process.level(time), theirs.process.level(time))
