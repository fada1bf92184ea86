"""What a VAE's latents are multiplied and shifted by, and how they look: one record for each format."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from nodes.contracts.space import Space, latents
from nodes.pretrained.colours import COLOURS
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

    def space(self, height: int, width: int) -> Space:
        """Latents of that many cells."""
        colours = COLOURS.get((self.channels, self.scale), ())
        return latents((self.channels, height, width), self.name, colours, self.down)

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
