"""A file of weights is known by the names and shapes of its tensors."""

from __future__ import annotations

import pytest

from nodes.library.recognising import kind_of
from nodes.library.weights import Weights
from tests.nodes.library.making import Shapes


def original(context: int, channels: int = 4, prefix: str = "model.diffusion_model.") -> dict[str, tuple[int, ...]]:
    """A few tensors of a U-Net in its original layout."""
    names = {
        "input_blocks.0.0.weight": (320, channels, 3, 3),
        "input_blocks.4.1.transformer_blocks.0.attn2.to_k.weight": (320, context),
        "middle_block.0.in_layers.0.weight": (320,),
        "time_embed.0.weight": (320,),
    }
    return {prefix + name: shape for name, shape in names.items()}


def diffusers(context: int, channels: int = 4) -> dict[str, tuple[int, ...]]:
    """A few tensors of a U-Net in diffusers' layout."""
    attention = {"down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight": (320, context)} if context else {}
    return {
        "conv_in.weight": (320, channels, 3, 3),
        "down_blocks.0.resnets.0.conv1.weight": (320, 320, 3, 3),
        "time_embedding.linear_1.weight": (1280, 320),
        **attention,
    }


ENCODER = {"cond_stage_model.transformer.text_model.encoder.layers.0.mlp.fc1.weight": (1,)}
AUTOENCODER = {"first_stage_model.decoder.up.0.block.0.norm1.weight": (1,), "first_stage_model.decoder.mid.x": (1,)}

FILES: list[tuple[str, Shapes]] = [
    ("SD1 checkpoint", original(768) | ENCODER | AUTOENCODER),
    ("SD1 checkpoint, inpainting", original(768, 9) | ENCODER | AUTOENCODER),
    ("SD2 checkpoint", original(1024) | AUTOENCODER),
    ("SDXL checkpoint", original(2048) | AUTOENCODER | {"conditioner.embedders.1.model.ln_final.weight": (1,)}),
    ("SDXL refiner network", original(1280)),
    ("SDXL network", original(2048, prefix="")),
    ("U-Net network", original(320)),
    ("SD1 network", diffusers(768)),
    ("SD1 network, editing", diffusers(768, 8)),
    ("unconditional U-Net network", diffusers(0)),
    ("SD3 checkpoint", {"model.diffusion_model.joint_blocks.0.context_block.x": (1,), "text_encoders.x": (1,)}),
    ("SD3 network", {"pos_embed.proj.weight": (1,), "transformer_blocks.0.attn.add_k_proj.weight": (1,)}),
    ("Flux network", {"double_blocks.0.img_attn.norm.key_norm.scale": (1,), "single_blocks.0.x": (1,)}),
    ("Flux network", {"single_transformer_blocks.0.x": (1,), "transformer_blocks.0.attn.add_k_proj.weight": (1,)}),
    ("DiT network", {"y_embedder.embedding_table.weight": (1,), "x_embedder.proj.weight": (1,)}),
    ("VAE", {"decoder.up_blocks.0.x": (1,), "decoder.mid_block.x": (1,)}),
    ("VAE", {"decoder.up.0.block.0.x": (1,), "decoder.mid.x": (1,)}),
    ("tiny VAE", {"encoder.layers.0.weight": (1,), "decoder.layers.0.weight": (1,)}),
    ("CLIP text encoder", {"text_model.encoder.layers.0.x": (1,)}),
    ("CLIP text encoder", {"embeddings.token_embedding.weight": (1,), "encoder.layers.0.self_attn.k.weight": (1,)}),
    ("CLIP picture encoder", {"vision_model.encoder.layers.0.x": (1,)}),
    ("T5 text encoder", {"encoder.block.0.layer.0.SelfAttention.q.weight": (1,)}),
    ("ControlNet", {"control_model.input_blocks.0.0.weight": (1, 4), "control_model.time_embed.0.weight": (1,)}),
    ("ControlNet", diffusers(768) | {"controlnet_cond_embedding.conv_in.weight": (1, 3)}),
    ("LoRA for SD1", {"lora_unet_x_attn2_to_k.lora_down.weight": (4, 768), "lora_unet_x_attn2_to_k.alpha": ()}),
    ("LoRA for SDXL", {"unet.down.attn2.to_k.lora_A.weight": (4, 2048)}),
    ("LoRA for Flux", {"transformer.single_transformer_blocks.0.attn.to_q.lora_A.weight": (4, 3072)}),
    ("LoRA", {"layer.lora_A.weight": (4, 32)}),
    ("textual inversion", {"emb_params": (2, 768)}),
    ("unknown", {"something": (1,)}),
    ("unknown", {}),
]


@pytest.mark.parametrize(("kind", "shapes"), FILES)
def test_a_file_is_known_by_its_tensors(kind: str, shapes: Shapes) -> None:
    assert kind_of(Weights(shapes, {}, {})) == kind


def test_our_own_networks_say_so() -> None:
    assert kind_of(Weights({"x": (1,)}, {}, {"noiseloom": "{}"})) == "Noiseloom network"


@pytest.mark.parametrize("names", [(), ("model_ema.x",), ("attn2.to_k.weight", "conv_in.weight")])
def test_strange_shapes_are_no_error(names: tuple[str, ...]) -> None:
    assert kind_of(Weights(dict.fromkeys(names, ()), {}, {})) == "unknown"
