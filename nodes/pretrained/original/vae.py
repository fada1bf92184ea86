"""The VAE of latent diffusion (arXiv:2112.10752) in its own layout."""

from __future__ import annotations

import re

from torch import Tensor

from nodes.pretrained.configs import Config
from nodes.pretrained.original.part import Part, Tensors, count, renamed

FIRST = "decoder.conv_in.weight"
LEVEL = re.compile(r"decoder\.up\.(\d+)\.")
UNWANTED = ("loss.", "model_ema.")
"""What training leaves in a file."""
RULES = (
    (r"\.down\.(\d+)\.block\.", r".down_blocks.\1.resnets."),
    (r"\.down\.(\d+)\.downsample\.", r".down_blocks.\1.downsamplers.0."),
    (r"\.up\.(\d+)\.block\.", r".up_blocks.\1.resnets."),
    (r"\.up\.(\d+)\.upsample\.", r".up_blocks.\1.upsamplers.0."),
    (r"\.mid\.block_1\.", ".mid_block.resnets.0."),
    (r"\.mid\.block_2\.", ".mid_block.resnets.1."),
    (r"\.mid\.attn_1\.norm\.", ".mid_block.attentions.0.group_norm."),
    (r"\.mid\.attn_1\.([qkv])\.", r".mid_block.attentions.0.to_\1."),
    (r"\.mid\.attn_1\.proj_out\.", ".mid_block.attentions.0.to_out.0."),
    ("nin_shortcut", "conv_shortcut"),
    ("norm_out", "conv_norm_out"),
)


def vae(tensors: Tensors, numbers: Config) -> Part:
    """The VAE of these tensors; `numbers` are the scale and the shift of its latents, which no shape tells."""
    levels = count(tensors, "encoder.down")
    found = {_place(name, levels): tensor for name, tensor in tensors.items() if not name.startswith(UNWANTED)}
    return Part(
        "diffusers", "AutoencoderKL", vae_config(tensors, numbers), {name: _matrix(name, found[name]) for name in found}
    )


def vae_config(tensors: Tensors, numbers: Config) -> Config:
    """The configuration by the shapes."""
    levels = count(tensors, "encoder.down")
    widths = [tensors[f"encoder.down.{level}.block.0.conv1.weight"].shape[0] for level in range(levels)]
    return {
        "in_channels": tensors["encoder.conv_in.weight"].shape[1],
        "out_channels": tensors["decoder.conv_out.weight"].shape[0],
        "latent_channels": tensors[FIRST].shape[1],
        "block_out_channels": [*widths],
        "layers_per_block": count(tensors, "encoder.down.0.block"),
        "down_block_types": ["DownEncoderBlock2D"] * levels,
        "up_block_types": ["UpDecoderBlock2D"] * levels,
        "use_quant_conv": "quant_conv.weight" in tensors,
        "use_post_quant_conv": "post_quant_conv.weight" in tensors,
        **numbers,
    }


def _place(name: str, levels: int) -> str:
    # The levels of the decoder are counted from its output, and in the library from its input.
    turned = LEVEL.sub(lambda found: f"decoder.up.{levels - 1 - int(found[1])}.", name)
    return renamed(turned, RULES)


def _matrix(name: str, tensor: Tensor) -> Tensor:
    """The attention's convolutions of one pixel as matrices."""
    return tensor.flatten(1) if ".attentions." in name and tensor.ndim > 2 else tensor  # noqa: PLR2004 - out, in, and a pixel
