"""What a VAE's latents are multiplied and shifted by, and how they look: one record for each format."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from nodes.pretrained.configs import Config, real, whole


@dataclass(frozen=True)
class LatentFormat:
    """A model's latents are (z − shift)·scale of the VAE's z [B, channels, H/down, W/down]."""

    channels: int
    down: int
    scale: float
    shift: float

    @property
    def name(self) -> str:
        """What latents of this format are called; equal formats, equal names."""
        shifted = f" − {self.shift:g}" if self.shift else ""
        return f"vae {self.channels}×1/{self.down} ×{self.scale:g}{shifted}"

    def inward(self, z: Tensor) -> Tensor:
        """The VAE's latents as the model has them."""
        return (z - self.shift) * self.scale

    def outward(self, z: Tensor) -> Tensor:
        """The model's latents as the VAE has them."""
        return z / self.scale + self.shift


def format_of(config: Config) -> LatentFormat:
    """The format of a VAE, by its configuration; the defaults are diffusers'."""
    widths = config.get("block_out_channels")
    halvings = len(widths) - 1 if isinstance(widths, list) else 0
    return LatentFormat(
        whole(config, "latent_channels", 4),
        2**halvings,
        real(config, "scaling_factor", 0.18215),
        real(config, "shift_factor", 0.0),
    )


def rough(latents: Tensor, weights: Tensor) -> Tensor:
    """Latents [B, C, H, W] as colours [B, 3, H, W] by a matrix [C + 1, 3] whose last row is added."""
    colours = torch.einsum("bchw,cd->bdhw", latents, weights[:-1].to(latents))
    return (colours + weights[-1].to(latents)[:, None, None]).clamp(-1, 1)
