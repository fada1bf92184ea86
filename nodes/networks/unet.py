"""The picture network: a U-Net over patches of pixels, told the noise level and the text.

U-Net after Ronneberger et al. 2015 (arXiv:1505.04597), with the level modulating scale and shift of every residual
block and with text attended to, after Dhariwal and Nichol 2021 (arXiv:2105.05233) and Rombach et al. 2022
(arXiv:2112.10752).
"""

from __future__ import annotations

import math
from typing import NamedTuple, TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from nodes.contracts.devices import moved
from nodes.networks.altering import UNALTERED, Altering
from nodes.networks.configuration import GROUPS, HEAD_WIDTH, NetworkConfiguration
from nodes.networks.text import attend, join_heads, split_heads

FREQUENCIES = 32
"""Frequencies in which the noise level is written."""


Layer = TypeVar("Layer", nn.Conv2d, nn.Linear)


class Condition(NamedTuple):
    """What every stage is told beside the picture."""

    embedding: Tensor
    """Level and pooled text, [B, E]."""
    context: Tensor
    """Text tokens, [B, L, D]."""
    mask: Tensor
    """True at the tokens that may be seen, [B, L]."""
    altering: Altering = UNALTERED
    """What rows want to be otherwise inside."""


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions around a scale and shift read from the embedding, added to the input."""

    def __init__(self, width_in: int, width_out: int, embedding_width: int) -> None:
        super().__init__()
        self.norm_in = nn.GroupNorm(GROUPS, width_in)
        self.convolution_in = nn.Conv2d(width_in, width_out, 3, padding=1)
        self.modulation = nn.Linear(embedding_width, 2 * width_out)
        self.norm_out = nn.GroupNorm(GROUPS, width_out)
        self.convolution_out = zeroed(nn.Conv2d(width_out, width_out, 3, padding=1))
        self.skip = nn.Identity() if width_in == width_out else nn.Conv2d(width_in, width_out, 1)

    def forward(self, x: Tensor, embedding: Tensor) -> Tensor:
        """Features [B, width_in, H, W] and embedding [B, E]; returns [B, width_out, H, W]."""
        hidden = self.convolution_in(functional.silu(self.norm_in(x)))
        scale, shift = self.modulation(embedding)[:, :, None, None].chunk(2, dim=1)
        hidden = functional.silu(torch.addcmul(shift, self.norm_out(hidden), 1 + scale))
        changed: Tensor = self.skip(x) + self.convolution_out(hidden)
        return changed


class AttentionBlock(nn.Module):
    """Attention among the cells of a feature map, then to the text, then a perceptron; each added to its input."""

    def __init__(self, width: int, context_width: int) -> None:
        super().__init__()
        self.heads = width // HEAD_WIDTH
        self.self_norm = nn.LayerNorm(width)
        self.self_in = nn.Linear(width, 3 * width)
        self.self_out = zeroed(nn.Linear(width, width))
        self.text_norm = nn.LayerNorm(width)
        self.text_query = nn.Linear(width, width)
        self.text_in = nn.Linear(context_width, 2 * width)
        self.text_out = zeroed(nn.Linear(width, width))
        self.perceptron_norm = nn.LayerNorm(width)
        self.perceptron_in = nn.Linear(width, 2 * width)
        self.perceptron_out = zeroed(nn.Linear(2 * width, width))

    def forward(self, x: Tensor, cond: Condition) -> Tensor:
        """Features [B, C, H, W]; returns [B, C, H, W]."""
        tokens = x.flatten(2).transpose(1, 2)
        tokens = tokens + self._see_picture(self.self_norm(tokens), cond.altering, (x.shape[2], x.shape[3]))
        tokens = tokens + self._see_text(self.text_norm(tokens), cond.context, cond.mask)
        hidden = functional.gelu(self.perceptron_in(self.perceptron_norm(tokens)))
        tokens = tokens + self.perceptron_out(hidden)
        changed: Tensor = tokens.transpose(1, 2).reshape(x.shape)
        return changed

    def _see_picture(self, tokens: Tensor, altering: Altering, size: tuple[int, int]) -> Tensor:
        query, key, value = split_heads(self.self_in(tokens), 3, self.heads)
        attended = altering.attended(attend(query, key, value), query, key, value, size)
        seen: Tensor = self.self_out(join_heads(attended))
        return seen

    def _see_text(self, tokens: Tensor, context: Tensor, mask: Tensor) -> Tensor:
        (query,) = split_heads(self.text_query(tokens), 1, self.heads)
        key, value = split_heads(self.text_in(context), 2, self.heads)
        seen: Tensor = self.text_out(join_heads(attend(query, key, value, mask[:, None, None, :])))
        return seen


class Stage(nn.Module):
    """A residual block and, where the resolution attends, an attention block."""

    def __init__(self, width_in: int, width_out: int, configuration: NetworkConfiguration, *, attends: bool) -> None:
        super().__init__()
        self.residual = ResidualBlock(width_in, width_out, configuration.embedding_width)
        self.attention = AttentionBlock(width_out, configuration.context_width) if attends else None

    def forward(self, x: Tensor, cond: Condition) -> Tensor:
        """Features [B, width_in, H, W]; returns [B, width_out, H, W]."""
        x = self.residual(x, cond.embedding)
        return x if self.attention is None else self.attention(x, cond)


class DownLevel(nn.Module):
    """The stages of one resolution on the way down, after halving the resolution unless it is the finest."""

    def __init__(self, index: int, configuration: NetworkConfiguration) -> None:
        super().__init__()
        width, attends = configuration.widths[index], configuration.attention[index]
        entering = configuration.widths[max(index - 1, 0)]
        self.shrink = nn.Conv2d(entering, entering, 3, stride=2, padding=1) if index else None
        self.stages = nn.ModuleList(
            Stage(width if place else entering, width, configuration, attends=attends)
            for place in range(configuration.blocks)
        )

    def forward(self, x: Tensor, cond: Condition) -> list[Tensor]:
        """Features [B, C, H, W]; returns what enters the first stage and what leaves each stage."""
        outputs = [x if self.shrink is None else self.shrink(x)]
        for stage in self.stages:
            outputs.append(stage(outputs[-1], cond))
        return outputs


class UpLevel(nn.Module):
    """The stages of one resolution on the way up, then doubling the resolution unless it is the finest."""

    def __init__(self, index: int, configuration: NetworkConfiguration) -> None:
        super().__init__()
        widths, blocks = configuration.widths, configuration.blocks
        width = widths[index]
        entering = [widths[min(index + 1, len(widths) - 1)]] + [width] * blocks
        skipping = [width] * blocks + [widths[max(index - 1, 0)]]
        self.stages = nn.ModuleList(
            Stage(below + across, width, configuration, attends=configuration.attention[index])
            for below, across in zip(entering, skipping, strict=True)
        )
        self.grow = nn.Conv2d(width, width, 3, padding=1) if index else None
        self.depth, self.depths = len(widths) - 1 - index, len(widths)

    def forward(self, x: Tensor, skips: list[Tensor], cond: Condition) -> Tensor:
        """Features [B, C, H, W] and the outputs of the way down at this resolution; returns the next finer features."""
        for stage, skip in zip(self.stages, reversed(skips), strict=True):
            x = stage(torch.cat(cond.altering.joined(x, skip, self.depth, self.depths), dim=1), cond)
        return x if self.grow is None else self.grow(functional.interpolate(x, scale_factor=2.0, mode="nearest"))


class UNet(nn.Module):
    """The whole picture network: patches, the way down, the middle, the way up, patches."""

    def __init__(self, configuration: NetworkConfiguration) -> None:
        super().__init__()
        widths, embedding_width = configuration.widths, configuration.embedding_width
        folded = configuration.channels * configuration.patch**2
        self.patch = configuration.patch
        self.level_in = nn.Linear(2 * FREQUENCIES, embedding_width)
        self.level_out = nn.Linear(embedding_width, embedding_width)
        self.text_in = nn.Linear(configuration.context_width, embedding_width)
        self.entry = nn.Conv2d(folded, widths[0], 3, padding=1)
        self.down = nn.ModuleList(DownLevel(index, configuration) for index in range(len(widths)))
        self.middle = nn.ModuleList(
            Stage(widths[-1], widths[-1], configuration, attends=attends) for attends in (True, False)
        )
        self.up = nn.ModuleList(UpLevel(index, configuration) for index in reversed(range(len(widths))))
        self.norm = nn.GroupNorm(GROUPS, widths[0])
        self.exit = zeroed(nn.Conv2d(widths[0], folded, 3, padding=1))

    def forward(
        self, x: Tensor, noise: Tensor, context: Tensor, pooled: Tensor, mask: Tensor, altering: Altering = UNALTERED
    ) -> Tensor:
        """Pictures [B, C, H, W], noise coordinates [B] (best on the CPU), the text in B rows; returns [B, C, H, W].

        `altering` is what rows want to be otherwise inside.
        """
        middle = Condition(self._embed(noise, pooled), context, mask, altering)
        cond = middle._replace(altering=altering.outside())
        x = functional.pixel_unshuffle(x, self.patch).contiguous(memory_format=torch.channels_last)
        x, skips = self.entry(x), []
        for level in self.down:
            skips.append(level(x, cond))
            x = skips[-1][-1]
        for stage in self.middle:
            x = stage(x, middle)
        for level in self.up:
            x = level(x, skips.pop(), cond)
        return functional.pixel_shuffle(self.exit(functional.silu(self.norm(x))), self.patch)

    def _embed(self, noise: Tensor, pooled: Tensor) -> Tensor:
        waves = moved(noise_waves(noise).to(pooled.dtype), pooled.device)
        return functional.silu(self.level_out(functional.silu(self.level_in(waves))) + self.text_in(pooled))


def noise_waves(noise: Tensor) -> Tensor:
    """Cosines and sines of coordinates [B] at 32 frequencies from 1/4 to 64, even in logarithm; returns [B, 64]."""
    exponents = torch.linspace(math.log(0.25), math.log(64), FREQUENCIES, dtype=noise.dtype, device=noise.device)
    angles = noise[:, None] * exponents.exp()
    return torch.cat([angles.cos(), angles.sin()], dim=1)


def zeroed(layer: Layer) -> Layer:
    """The same layer with weight and bias set to zero, so that an untrained branch starts by adding nothing."""
    for parameter in layer.parameters():
        nn.init.zeros_(parameter)
    return layer
