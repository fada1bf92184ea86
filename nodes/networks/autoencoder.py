"""An autoencoder of pictures: a small convolutional network to latents of a lower resolution, and one back.

Trained as the autoencoders of latent diffusion are (Kingma and Welling 2013, arXiv:1312.6114; Rombach et al. 2022,
arXiv:2112.10752, section 3.1), but without a norm over the picture and without attention: what a latent is depends on
nearby pixels only, `reach`, so that a large picture can be encoded and decoded tile by tile without a difference.
"""

from __future__ import annotations

import hashlib
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from nodes.contracts.devices import moved
from nodes.networks.autoencoder_configuration import AutoencoderConfiguration
from nodes.networks.unet import zeroed

LOWEST, HIGHEST = -14.0, 6.0
"""Bounds of a latent's log variance."""

QUIET = -4.0
"""Log variance at the start: a latent of unit size is known to a seventh."""


class Reach(NamedTuple):
    """How far from its own square of pixels, in pixels, a latent sees and what it says is seen."""

    encoder: int
    decoder: int


class Block(nn.Module):
    """Two 3x3 convolutions, added to the input."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.convolution_in = nn.Conv2d(width, width, 3, padding=1)
        self.convolution_out = zeroed(nn.Conv2d(width, width, 3, padding=1))

    def forward(self, x: Tensor) -> Tensor:
        """Features [B, W, H, W]; returns the same shape."""
        hidden = functional.silu(self.convolution_in(functional.silu(x)))
        changed: Tensor = x + self.convolution_out(hidden)
        return changed


class Encoder(nn.Module):
    """Pictures to the mean and the log variance of each latent."""

    def __init__(self, configuration: AutoencoderConfiguration) -> None:
        super().__init__()
        widths, depths = configuration.encoder_widths, configuration.encoder_blocks
        self.patch = configuration.patch
        self.entry = nn.Conv2d(configuration.channels * self.patch**2, widths[0], 3, padding=1)
        self.shrink = nn.ModuleList(
            nn.Conv2d(fine, coarse, 3, stride=2, padding=1) for fine, coarse in pairwise(widths)
        )
        self.levels = nn.ModuleList(_blocks(width, depth) for width, depth in zip(widths, depths, strict=True))
        self.exit = nn.Conv2d(widths[-1], 2 * configuration.latent_channels, 3, padding=1)
        with torch.no_grad():
            self.exit.get_parameter("bias")[configuration.latent_channels :] += QUIET

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Pictures [B, C, H, W]; returns mean and log variance, [B, c, H / factor, W / factor] each."""
        folded = functional.pixel_unshuffle(pictures, self.patch).contiguous(memory_format=torch.channels_last)
        x = self.entry(folded)
        for index, level in enumerate(self.levels):
            x = level(self.shrink[index - 1](x) if index else x)
        mean, variance = self.exit(functional.silu(x)).chunk(2, dim=1)
        return mean, variance.clamp(LOWEST, HIGHEST)


class Decoder(nn.Module):
    """Latents to pictures; each finer resolution is unfolded from the channels (Shi et al. 2016, arXiv:1609.05158)."""

    def __init__(self, configuration: AutoencoderConfiguration) -> None:
        super().__init__()
        widths, depths = configuration.decoder_widths, configuration.decoder_blocks
        self.patch = configuration.patch
        self.entry = nn.Conv2d(configuration.latent_channels, widths[-1], 3, padding=1)
        self.levels = nn.ModuleList(_blocks(width, depth) for width, depth in zip(widths, depths, strict=True))
        self.grow = nn.ModuleList(nn.Conv2d(coarse, 4 * fine, 3, padding=1) for fine, coarse in pairwise(widths))
        self.exit = nn.Conv2d(widths[0], configuration.channels * self.patch**2, 3, padding=1)

    def forward(self, latents: Tensor) -> Tensor:
        """Latents [B, c, h, w] as the encoder gives them; returns pictures [B, C, factor * h, factor * w]."""
        x = self.entry(latents.contiguous(memory_format=torch.channels_last))
        for index in reversed(range(len(self.levels))):
            x = self.levels[index](x)
            if index:
                x = functional.pixel_shuffle(self.grow[index - 1](x), 2)
        return functional.pixel_shuffle(self.exit(functional.silu(x)), self.patch)


class Autoencoder(nn.Module):
    """Encoder, decoder and the scale of the latents between them."""

    def __init__(self, configuration: AutoencoderConfiguration) -> None:
        super().__init__()
        self.configuration = configuration
        self.encoder = Encoder(configuration)
        self.decoder = Decoder(configuration)

    @property
    def device(self) -> torch.device:
        """Where the weights lie."""
        return self.encoder.entry.weight.device

    @property
    def reach(self) -> Reach:
        """Sums over the 3x3 convolutions, each of which sees one cell of its resolution further."""
        made, cells = self.configuration, self._cells
        seen = cells[0] + sum(cells[:-1]) + cells[-1]
        said = cells[-1] + sum(cells[1:]) + cells[0]
        blocks = zip(cells, made.encoder_blocks, made.decoder_blocks, strict=True)
        depths = [(2 * cell * encoder, 2 * cell * decoder) for cell, encoder, decoder in blocks]
        return Reach(seen + sum(depth for depth, _ in depths), said + sum(depth for _, depth in depths))

    def encode(self, pictures: Tensor) -> Tensor:
        """The most likely latents of pictures [B, C, H, W] in [-1, 1], each channel of unit size: [B, c, h, w]."""
        shift, scale = self._measures(pictures)
        mean, _ = self.encoder(pictures)
        latents: Tensor = (mean - shift) / scale
        return latents

    def decode(self, latents: Tensor) -> Tensor:
        """The pictures of latents [B, c, h, w] as `encode` gives them: [B, C, H, W], about in [-1, 1]."""
        shift, scale = self._measures(latents)
        pictures: Tensor = self.decoder(latents * scale + shift)
        return pictures

    def forward(self, pictures: Tensor, noise: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """As trained: pictures again from latents drawn with `noise` [B, c, h, w]; with mean and log variance."""
        mean, variance = self.encoder(pictures)
        return self.decoder(mean + (variance / 2).exp() * noise), mean, variance

    @property
    def _cells(self) -> list[int]:
        """Pixels per cell at each resolution, finest first."""
        return [self.configuration.patch << level for level in range(len(self.configuration.encoder_widths))]

    def _measures(self, like: Tensor) -> tuple[Tensor, Tensor]:
        latents = self.configuration.latents
        both = moved(torch.tensor([latents.shift, latents.scale], dtype=like.dtype), like.device)
        return both[0, :, None, None], both[1, :, None, None]


def codec_name(network: Autoencoder) -> str:
    """What the latents of this network are called: by its weights and the scale of its latents.

    It stands in files of networks that work on these latents, so it depends on nothing that is only told or shown.
    """
    hashed = hashlib.blake2b(digest_size=4)
    for name, tensor in sorted(network.state_dict().items()):
        hashed.update(name.encode() + tensor.to("cpu", torch.float32).contiguous().numpy().tobytes())
    latents = network.configuration.latents
    hashed.update(repr((latents.shift, latents.scale)).encode())
    return f"autoencoder-{hashed.hexdigest()}"


def _blocks(width: int, count: int) -> nn.Sequential:
    return nn.Sequential(*(Block(width) for _ in range(count)))
