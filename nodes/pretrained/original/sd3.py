"""The transformer of Stable Diffusion 3 (arXiv:2403.03206) in its own layout."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import torch
from torch import Tensor

from nodes.pretrained.configs import Config
from nodes.pretrained.original.part import Part, Tensors, count, renamed

FIRST = "joint_blocks.0.context_block.attn.qkv.weight"
HEAD_WIDTH, SIDE = 64, 128
"""The width of each head where no norm of one tells it; the side of the latents of 1024 pixels."""
RULES = (
    (r"^x_embedder\.proj\.", "pos_embed.proj."),
    (r"^pos_embed$", "pos_embed.pos_embed"),
    (r"^t_embedder\.mlp\.0\.", "time_text_embed.timestep_embedder.linear_1."),
    (r"^t_embedder\.mlp\.2\.", "time_text_embed.timestep_embedder.linear_2."),
    (r"^y_embedder\.mlp\.0\.", "time_text_embed.text_embedder.linear_1."),
    (r"^y_embedder\.mlp\.2\.", "time_text_embed.text_embedder.linear_2."),
    (r"^final_layer\.linear\.", "proj_out."),
    (r"^final_layer\.adaLN_modulation\.1\.", "norm_out.linear."),
    (r"^joint_blocks\.", "transformer_blocks."),
    (r"\.x_block\.adaLN_modulation\.1\.", ".norm1.linear."),
    (r"\.x_block\.mlp\.fc1\.", ".ff.net.0.proj."),
    (r"\.x_block\.mlp\.fc2\.", ".ff.net.2."),
    (r"\.x_block\.(attn2?)\.ln_([qk])\.", r".\1.norm_\2."),
    (r"\.x_block\.(attn2?)\.proj\.", r".\1.to_out.0."),
    (r"\.x_block\.(attn2?)\.qkv\.", r".\1.to_@."),
    (r"\.context_block\.adaLN_modulation\.1\.", ".norm1_context.linear."),
    (r"\.context_block\.mlp\.fc1\.", ".ff_context.net.0.proj."),
    (r"\.context_block\.mlp\.fc2\.", ".ff_context.net.2."),
    (r"\.context_block\.attn\.ln_([qk])\.", r".attn.norm_added_\1."),
    (r"\.context_block\.attn\.proj\.", ".attn.to_add_out."),
    (r"\.context_block\.attn\.qkv\.", ".attn.add_@_proj."),
)
"""The names; @ stands for q, k and v, which lie in one tensor here."""


def sd3(tensors: Tensors) -> Part:
    """The transformer of these tensors."""
    depth = count(tensors, "joint_blocks")
    width, channels, patch, _ = tensors["x_embedder.proj.weight"].shape
    norm = tensors.get("joint_blocks.0.x_block.attn.ln_q.weight")
    head = HEAD_WIDTH if norm is None else norm.shape[0]
    dual = [number for number in range(depth) if f"joint_blocks.{number}.x_block.attn2.qkv.weight" in tensors]
    config: Config = {
        "sample_size": SIDE,
        "patch_size": patch,
        "in_channels": channels,
        "out_channels": tensors["final_layer.linear.weight"].shape[0] // patch**2,
        "num_layers": depth,
        "attention_head_dim": head,
        "num_attention_heads": width // head,
        "joint_attention_dim": tensors["context_embedder.weight"].shape[1],
        "caption_projection_dim": tensors["context_embedder.weight"].shape[0],
        "pooled_projection_dim": tensors["y_embedder.mlp.0.weight"].shape[1],
        "pos_embed_max_size": math.isqrt(tensors["pos_embed"].shape[1]),
        "dual_attention_layers": [*dual],
        "qk_norm": None if norm is None else "rms_norm",
    }
    last = f"joint_blocks.{depth - 1}.context_block.adaLN_modulation"
    converted = dict(pair for name, tensor in tensors.items() for pair in _converted(name, tensor, last))
    return Part("diffusers", "SD3Transformer2DModel", config, converted)


def _converted(name: str, tensor: Tensor, last: str) -> Iterator[tuple[str, Tensor]]:
    if name.startswith((last, "final_layer.adaLN_modulation")):
        tensor = turned(tensor)
    yield from apart(renamed(name, RULES), tensor)


def apart(name: str, tensor: Tensor) -> Iterator[tuple[str, Tensor]]:
    """Where the name has a @, q, k and v for it, each a third of the tensor; else the tensor itself."""
    if "@" not in name:
        yield name, tensor
        return
    for which, third in zip("qkv", tensor.chunk(3), strict=True):
        yield re.sub("@", which, name), third


def turned(tensor: Tensor) -> Tensor:
    """Shift and scale as scale and shift, which the library has in that order."""
    shift, scale = tensor.chunk(2)
    return torch.cat([scale, shift])
