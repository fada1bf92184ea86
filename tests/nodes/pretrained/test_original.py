"""The layouts of single files: what diffusers' networks were, before their weights were given other names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module

import pytest
import torch
from torch import Tensor, nn

from nodes.networks.weights import empty
from nodes.pretrained.original import flux, sd3, text, unet, vae
from nodes.pretrained.original.part import Part
from tests.nodes.pretrained import original
from tests.nodes.pretrained.tiny import DIFFUSERS, TRANSFORMERS, seeded

THEIRS = import_module("diffusers.loaders.single_file_utils")  # has no types
CONFIG = "config"
CROSS = ("CrossAttnDownBlock2D", "CrossAttnUpBlock2D")
UNETS: Mapping[str, Mapping[str, object]] = {
    "Stable Diffusion 1": {
        "sample_size": 64,
        "cross_attention_dim": 768,
        "attention_head_dim": 8,
    },
    "Stable Diffusion 2": {
        "sample_size": 96,
        "cross_attention_dim": 1024,
        "attention_head_dim": [5, 10, 20, 20],
        "use_linear_projection": True,
    },
    "XL": {
        "sample_size": 128,
        "block_out_channels": [320, 640, 1280],
        "down_block_types": ["DownBlock2D", CROSS[0], CROSS[0]],
        "up_block_types": [CROSS[1], CROSS[1], "UpBlock2D"],
        "transformer_layers_per_block": [1, 2, 10],
        "attention_head_dim": [5, 10, 20],
        "cross_attention_dim": 2048,
        "use_linear_projection": True,
        "addition_embed_type": "text_time",
        "addition_time_embed_dim": 256,
        "projection_class_embeddings_input_dim": 2816,
    },
    "XL refiner": {
        "sample_size": 128,
        "block_out_channels": [384, 768, 1536, 1536],
        "down_block_types": ["DownBlock2D", CROSS[0], CROSS[0], "DownBlock2D"],
        "up_block_types": ["UpBlock2D", CROSS[1], CROSS[1], "UpBlock2D"],
        "transformer_layers_per_block": [1, 4, 4, 4],
        "attention_head_dim": [6, 12, 24, 24],
        "cross_attention_dim": 1280,
        "use_linear_projection": True,
        "addition_embed_type": "text_time",
        "addition_time_embed_dim": 256,
        "projection_class_embeddings_input_dim": 2560,
    },
}
"""What the published configurations say beside the defaults."""


def made(kind: str, settings: Mapping[str, object]) -> nn.Module:
    """A network of the published size, without memory for its weights."""
    found: nn.Module = empty(lambda: getattr(DIFFUSERS, kind)(**settings))
    return found


def config_of(network: nn.Module) -> dict[str, object]:
    """Its configuration, with what is not said and follows."""
    said: Mapping[str, object] = getattr(network, CONFIG)
    return {**said, "out_channels": said.get("out_channels") or said.get("in_channels")}


def agree(part: Part, network: nn.Module, config: Mapping[str, object]) -> None:
    """The part has the network's weights, by its names, and says of it what its configuration does."""
    expected = network.state_dict()
    assert set(part.tensors) == set(expected)
    for name, tensor in expected.items():
        found = part.tensors[name]
        assert found.shape == tensor.shape, name
        if tensor.device.type != "meta":
            torch.testing.assert_close(found, tensor, atol=0, rtol=0)
    for name, value in part.config.items():
        theirs = config[name]
        theirs = list(theirs) if isinstance(theirs, tuple) else theirs
        same = [theirs] * len(value) if isinstance(value, list) and isinstance(theirs, int) else theirs
        assert value == same, name


@pytest.mark.parametrize("family", UNETS)
def test_a_unet_of_the_published_size_is_read_off_its_shapes(family: str) -> None:
    network = made("UNet2DConditionModel", UNETS[family])
    file = original.unet(network.state_dict(), 2)
    side = config_of(network)["sample_size"]
    assert isinstance(side, int)
    part = unet.unet(file, side, 1280)
    agree(part, network, config_of(network))
    prefixed = {f"model.diffusion_model.{name}": tensor for name, tensor in file.items()}
    theirs = THEIRS.convert_ldm_unet_checkpoint(dict(prefixed), config_of(network))
    assert {name: id(tensor) for name, tensor in theirs.items()} == {
        name: id(tensor) for name, tensor in part.tensors.items()
    }


@pytest.mark.parametrize("quantised", [True, False])
def test_a_vae_of_the_published_size_is_read_off_its_shapes(quantised: bool) -> None:
    settings = {
        "block_out_channels": [128, 256, 512, 512],
        "layers_per_block": 2,
        "down_block_types": ["DownEncoderBlock2D"] * 4,
        "up_block_types": ["UpDecoderBlock2D"] * 4,
        "latent_channels": 4 if quantised else 16,
        "use_quant_conv": quantised,
        "use_post_quant_conv": quantised,
        "scaling_factor": 0.5,
    }
    network = made("AutoencoderKL", settings)
    file = original.vae(network.state_dict(), 4)
    part = vae.vae({**file, "loss.logvar": torch.zeros(())}, {"scaling_factor": 0.5})
    agree(part, network, config_of(network))
    theirs = THEIRS.convert_ldm_vae_checkpoint(dict(file), config_of(network))
    assert {name: tensor.shape for name, tensor in theirs.items()} == {
        name: tensor.shape for name, tensor in part.tensors.items()
    }


TRANSFORMERS_OF_PICTURES: Mapping[str, tuple[str, Mapping[str, object], Mapping[str, object]]] = {
    "SD3": (
        "SD3Transformer2DModel",
        {"num_layers": 24, "num_attention_heads": 24, "caption_projection_dim": 1536, "pos_embed_max_size": 8},
        {"num_layers": 2, "num_attention_heads": 2, "caption_projection_dim": 128, "pos_embed_max_size": 8},
    ),
    "SD3.5": (
        "SD3Transformer2DModel",
        {
            "num_layers": 24,
            "num_attention_heads": 24,
            "caption_projection_dim": 1536,
            "pos_embed_max_size": 8,
            "qk_norm": "rms_norm",
            "dual_attention_layers": tuple(range(13)),
        },
        {
            "num_layers": 2,
            "num_attention_heads": 4,
            "attention_head_dim": 8,
            "caption_projection_dim": 32,
            "joint_attention_dim": 16,
            "pooled_projection_dim": 24,
            "pos_embed_max_size": 8,
            "qk_norm": "rms_norm",
            "dual_attention_layers": (0,),
        },
    ),
    "FLUX.1-dev": (
        "FluxTransformer2DModel",
        {"guidance_embeds": True},
        {
            "in_channels": 16,
            "num_layers": 2,
            "num_single_layers": 2,
            "attention_head_dim": 32,
            "num_attention_heads": 2,
            "joint_attention_dim": 24,
            "pooled_projection_dim": 40,
            "axes_dims_rope": (4, 14, 14),
        },
    ),
}
BACK: Mapping[str, Callable[[Mapping[str, Tensor]], dict[str, Tensor]]] = {
    "SD3Transformer2DModel": original.sd3,
    "FluxTransformer2DModel": original.flux,
}
READ: Mapping[str, Callable[[Mapping[str, Tensor]], Part]] = {
    "SD3Transformer2DModel": sd3.sd3,
    "FluxTransformer2DModel": flux.flux,
}
THEIR_NAMES = {
    "SD3Transformer2DModel": THEIRS.convert_sd3_transformer_checkpoint_to_diffusers,
    "FluxTransformer2DModel": THEIRS.convert_flux_transformer_checkpoint_to_diffusers,
}


@pytest.mark.parametrize("family", TRANSFORMERS_OF_PICTURES)
def test_a_transformer_of_the_published_size_is_read_off_its_shapes(family: str) -> None:
    kind, settings, _ = TRANSFORMERS_OF_PICTURES[family]
    network = made(kind, settings)
    file = BACK[kind]({name: tensor.to("meta") for name, tensor in network.state_dict().items()})
    part = READ[kind](file)
    found = {name: tensor.shape for name, tensor in part.tensors.items()}
    assert found == {name: tensor.shape for name, tensor in network.state_dict().items()}
    agree(Part(part.library, part.kind, part.config, network.state_dict()), network, config_of(network))
    theirs = THEIR_NAMES[kind](dict(file))
    assert found == {name: tensor.shape for name, tensor in theirs.items()}


@pytest.mark.parametrize("family", TRANSFORMERS_OF_PICTURES)
def test_a_transformers_numbers_are_in_their_places(family: str) -> None:
    kind, _, settings = TRANSFORMERS_OF_PICTURES[family]
    seeded()
    network = getattr(DIFFUSERS, kind)(**settings)
    file = BACK[kind](network.state_dict())
    part = READ[kind](file)
    agree(part, network, config_of(network))
    if kind.startswith("SD3"):  # theirs for FLUX knows one width only
        for name, tensor in THEIR_NAMES[kind](dict(file)).items():
            torch.testing.assert_close(part.tensors[name], tensor, atol=0, rtol=0)


@pytest.mark.parametrize("projected", [True, False])
def test_open_clip_is_read_without_its_last_layer_where_it_is_not_projected(projected: bool) -> None:
    seeded()
    config = TRANSFORMERS.CLIPTextConfig(
        vocab_size=50,
        hidden_size=128,
        intermediate_size=96,
        num_hidden_layers=3,
        num_attention_heads=2,
        max_position_embeddings=77,
        projection_dim=24,
        hidden_act="gelu",
        bos_token_id=48,
        eos_token_id=49,
        pad_token_id=49,
    )
    whole = TRANSFORMERS.CLIPTextModelWithProjection(config)
    file = {**original.open_clip(whole.state_dict()), "logit_scale": torch.zeros(())}
    part = text.open_clip(file, projected=projected)
    if projected:
        agree(part, whole, config.to_dict())
        theirs = THEIRS.convert_open_clip_checkpoint(whole, original.under("x.", file), prefix="x.")
        theirs.pop("logit_scale", None)
        assert set(theirs) == set(part.tensors)
    else:
        assert part.config["num_hidden_layers"] == 2
        expected = {name for name in whole.state_dict() if ".layers.2." not in name and "projection" not in name}
        assert set(part.tensors) == expected
