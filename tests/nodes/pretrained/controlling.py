"""Tiny ControlNets and what they look at."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn

from nodes.contracts.media import Image
from tests.nodes.pretrained.tiny import DIFFUSERS, seeded


def controlling(folder: Path, unet: object) -> Path:
    """A ControlNet of a tiny UNet, written to the folder; its layers that begin at 0 do something."""
    seeded(3)
    made = DIFFUSERS.ControlNetModel.from_unet(unet, conditioning_embedding_out_channels=(16, 32))
    assert isinstance(made, nn.Module)
    draw = torch.Generator().manual_seed(4)
    for weights in made.parameters():
        if not bool(weights.any()) and weights.ndim > 1:
            weights.data.copy_(0.2 * torch.randn(weights.shape, generator=draw))
    DIFFUSERS.ControlNetModel.save_pretrained(made, folder)
    return folder


def pictures(count: int, side: int = 32) -> Image:
    """Pictures of noise."""
    draw = torch.Generator().manual_seed(5)
    return Image(torch.randint(0, 256, (count, side, side, 3), generator=draw).byte())
