"""The UNet of latent diffusion (arXiv:2112.10752) in its own layout: blocks numbered from the input to the output."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from nodes.pretrained.configs import Config
from nodes.pretrained.original.part import Part, Tensors, count, renamed

FIRST = "input_blocks.0.0.weight"
"""What every such UNet has."""
LABEL = "label_emb.0.0.weight"
"""What one has that is told numbers beside the text."""
HEADS, HEAD_WIDTH = 8, 64
"""Heads of the attention with convolutions around it (Stable Diffusion 1); the width of each of all others."""
RESNET = (
    (r"in_layers\.0", "norm1"),
    (r"in_layers\.2", "conv1"),
    (r"out_layers\.0", "norm2"),
    (r"out_layers\.3", "conv2"),
    (r"emb_layers\.1", "time_emb_proj"),
    ("skip_connection", "conv_shortcut"),
)
OUTER = (
    (r"^time_embed\.0\.", "time_embedding.linear_1."),
    (r"^time_embed\.2\.", "time_embedding.linear_2."),
    (r"^label_emb\.0\.0\.", "add_embedding.linear_1."),
    (r"^label_emb\.0\.2\.", "add_embedding.linear_2."),
    (r"^input_blocks\.0\.0\.", "conv_in."),
    (r"^out\.0\.", "conv_norm_out."),
    (r"^out\.2\.", "conv_out."),
    (r"^middle_block\.0\.", "mid_block.resnets.0."),
    (r"^middle_block\.1\.", "mid_block.attentions.0."),
    (r"^middle_block\.2\.", "mid_block.resnets.1."),
)
"""The names outside of numbered blocks."""
BLOCK = re.compile(r"(input|output)_blocks\.(\d+)\.(\d+)\.(.+)")


class Level(NamedTuple):
    """A resolution: its channels, and the layers of its transformers, 0 where it has none."""

    width: int
    depth: int


def unet(tensors: Tensors, side: int, pooled: int) -> Part:
    """The UNet of these tensors, trained with latents of that side.

    `pooled` are the numbers of a text's vector, of which `label_emb` is told besides the sizes.
    """
    levels, each = _levels(tensors)
    place = _places(each)
    linear = tensors["middle_block.1.proj_in.weight"].ndim == 2  # noqa: PLR2004 - a matrix, not a convolution
    middle = count(tensors, "middle_block.1.transformer_blocks")
    config: Config = {
        "sample_size": side,
        "in_channels": tensors[FIRST].shape[1],
        "out_channels": tensors["out.2.weight"].shape[0],
        "block_out_channels": [level.width for level in levels],
        "layers_per_block": each,
        "down_block_types": [f"{'CrossAttn' if level.depth else ''}DownBlock2D" for level in levels],
        "up_block_types": [f"{'CrossAttn' if level.depth else ''}UpBlock2D" for level in reversed(levels)],
        # The last number is that of the middle, too.
        "transformer_layers_per_block": [*(level.depth or 1 for level in levels[:-1]), middle],
        "attention_head_dim": [max(1, level.width // HEAD_WIDTH) if linear else HEADS for level in levels],
        "use_linear_projection": linear,
        "cross_attention_dim": tensors["middle_block.1.transformer_blocks.0.attn2.to_k.weight"].shape[1],
        **(_labelled(tensors[LABEL].shape[1], pooled) if LABEL in tensors else {}),
    }
    return Part("diffusers", "UNet2DConditionModel", config, {place(name): tensor for name, tensor in tensors.items()})


def _levels(tensors: Tensors) -> tuple[list[Level], int]:
    """The levels, and the residual blocks of each on the way down."""
    widths, depths, each = list[int](), list[int](), [0]
    for number in range(1, count(tensors, "input_blocks")):
        inside = f"input_blocks.{number}"
        if f"{inside}.0.op.weight" in tensors:
            each.append(0)
            continue
        if each[-1] == 0:
            widths.append(tensors[f"{inside}.0.out_layers.3.weight"].shape[0])
            depths.append(count(tensors, f"{inside}.1.transformer_blocks"))
        each[-1] += 1
    return [Level(*found) for found in zip(widths, depths, strict=True)], each[0]


def _places(each: int) -> Callable[[str], str]:
    """What names are called in blocks of levels, with that many residual blocks on the way down."""

    def place(name: str) -> str:
        name = renamed(name, OUTER)
        found = BLOCK.fullmatch(name)
        inner = name
        if found is not None:
            side, number, index, inner = found.groups()
            down = side == "input"
            level, layer = divmod(int(number) - down, each + 1)
            name = f"{'down' if down else 'up'}_blocks.{level}."
            if inner.startswith("op."):
                return f"{name}downsamplers.0.conv.{inner.removeprefix('op.')}"
            if inner.startswith("conv."):
                return f"{name}upsamplers.0.{inner}"
            name += f"{'attentions' if int(index) else 'resnets'}.{layer}.{inner}"
        return renamed(name, RESNET) if ".resnets." in name else name

    return place


def _labelled(width: int, pooled: int) -> Config:
    """Of Stable Diffusion XL: a text's vector, and 6 sizes, or 5 numbers of its refiner, as waves."""
    rest = width - pooled
    numbers = 6 if rest % 6 == 0 else 5
    return {
        "addition_embed_type": "text_time",
        "addition_time_embed_dim": rest // numbers,
        "projection_class_embeddings_input_dim": width,
    }
