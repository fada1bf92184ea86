"""Text encoders inside single files: CLIP (arXiv:2103.00020) in two layouts, and T5 (arXiv:1910.10683)."""

from __future__ import annotations

import re

import torch
from torch import Tensor

from nodes.pretrained.configs import Config
from nodes.pretrained.original.part import Part, Tensors, count, renamed

HEAD_WIDTH = 64
"""Numbers of each head of CLIP."""
EMBEDDING = "text_model.embeddings.token_embedding.weight"
OPEN_EMBEDDING = "token_embedding.weight"
T5_EMBEDDING = "shared.weight"
PROJECTION = "text_projection.weight"
OPEN = (
    (r"^transformer\.resblocks\.", "text_model.encoder.layers."),
    (r"^token_embedding\.", "text_model.embeddings.token_embedding."),
    (r"^positional_embedding$", "text_model.embeddings.position_embedding.weight"),
    (r"^ln_final\.", "text_model.final_layer_norm."),
    (r"\.ln_([12])\.", r".layer_norm\1."),
    (r"\.mlp\.c_fc\.", ".mlp.fc1."),
    (r"\.mlp\.c_proj\.", ".mlp.fc2."),
    (r"\.attn\.", ".self_attn."),
)
"""OpenCLIP's names."""
UNWANTED = ("logit_scale", "attn_mask", "text_projection", "position_ids")
LAYER = re.compile(r"text_model\.encoder\.layers\.(\d+)\.")


def clip(tensors: Tensors, *, activation: str, projected: bool) -> Part:
    """CLIP's text encoder by the names of the transformers library; without its projection there, that is the unit."""
    found = {name: tensor for name, tensor in tensors.items() if not name.endswith(UNWANTED)}
    found = {name if name.startswith("text_model.") else f"text_model.{name}": found[name] for name in found}
    found.pop(f"text_model.{PROJECTION}", None)
    width = found[EMBEDDING].shape[1]
    if projected:
        found[PROJECTION] = tensors.get(PROJECTION, torch.eye(width, dtype=found[EMBEDDING].dtype))
    return _clip(found, activation, count(found, "text_model.encoder.layers"), projected=projected)


def open_clip(tensors: Tensors, *, projected: bool) -> Part:
    """OpenCLIP's text encoder; one without a projection ends before its last layer, as Stable Diffusion 2 reads it."""
    found: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        place = renamed(name, OPEN)
        if place.endswith((".in_proj_weight", ".in_proj_bias")):
            for which, third in zip("qkv", tensor.chunk(3), strict=True):
                found[re.sub(r"in_proj_(weight|bias)$", rf"{which}_proj.\1", place)] = third
        elif not place.endswith(UNWANTED):
            found[place] = tensor
    layers = count(found, "text_model.encoder.layers") - (not projected)
    found = {name: tensor for name, tensor in found.items() if _layer(name) < layers}
    if projected:
        found[PROJECTION] = tensors["text_projection"].T
    return _clip(found, "gelu", layers, projected=projected)


def t5(tensors: Tensors) -> Part:
    """The encoder of T5 1.1 by the names of the transformers library."""
    first = "encoder.block.0.layer.0.SelfAttention"
    heads = tensors[f"{first}.relative_attention_bias.weight"].shape[1]
    words, width = tensors[T5_EMBEDDING].shape
    config: Config = {
        "vocab_size": words,
        "d_model": width,
        "d_kv": tensors[f"{first}.q.weight"].shape[0] // heads,
        "d_ff": tensors["encoder.block.0.layer.1.DenseReluDense.wo.weight"].shape[1],
        "num_layers": count(tensors, "encoder.block"),
        "num_heads": heads,
        "feed_forward_proj": "gated-gelu",
    }
    return Part("transformers", "T5EncoderModel", config, tensors)


def _clip(tensors: Tensors, activation: str, layers: int, *, projected: bool) -> Part:
    words, width = tensors[EMBEDDING].shape
    config: Config = {
        "vocab_size": words,
        "hidden_size": width,
        "intermediate_size": tensors["text_model.encoder.layers.0.mlp.fc1.weight"].shape[0],
        "num_hidden_layers": layers,
        "num_attention_heads": max(1, width // HEAD_WIDTH),
        "max_position_embeddings": tensors["text_model.embeddings.position_embedding.weight"].shape[0],
        "projection_dim": tensors[PROJECTION].shape[0] if projected else width,
        "hidden_act": activation,
        "bos_token_id": words - 2,
        "eos_token_id": words - 1,
        "pad_token_id": words - 1,
    }
    return Part("transformers", f"CLIPTextModel{'WithProjection' if projected else ''}", config, tensors)


def _layer(name: str) -> int:
    """The number of the layer that a tensor is of; −1 of the others."""
    found = LAYER.match(name)
    return -1 if found is None else int(found[1])
