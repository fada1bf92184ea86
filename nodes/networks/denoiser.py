"""A trained network as a denoiser: the preconditioning of EDM, asked in variance-preserving coordinates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from graphs.errors import InputError
from nodes.contracts.devices import moved
from nodes.contracts.levels import beside
from nodes.networks.altering import UNALTERED, Altering
from nodes.networks.configuration import NetworkConfiguration
from nodes.networks.text import TextEncoder, Vocabulary
from nodes.networks.unet import UNet


class Coefficients(NamedTuple):
    """The factors of the preconditioning, each [B] in float64, and the coordinate in which the level is told."""

    skip: Tensor
    output: Tensor
    input: Tensor
    noise: Tensor


class Denoiser(nn.Module):
    """Text encoder, picture network and the preconditioning of Karras et al. 2022 (arXiv:2206.00364, Table 1).

    A query is x = (x0 + s*eps) / sqrt(1 + s^2) with the level s in [0, inf]: variance-preserving, so that x stays
    finite and of unit size at any level. The paper's own query is x * sqrt(1 + s^2).
    """

    def __init__(self, configuration: NetworkConfiguration) -> None:
        super().__init__()
        self.configuration = configuration
        self.vocabulary = Vocabulary(configuration.vocabulary, configuration.prompt_length)
        self.text = TextEncoder(configuration)
        self.unet = UNet(configuration)

    @property
    def device(self) -> torch.device:
        """Where the weights lie."""
        return self.text.summary.device

    def encode(self, texts: Sequence[str]) -> tuple[Tensor, Tensor, Tensor]:
        """The texts as the network reads them, R = len(texts) >= 1.

        Returns context [R, L+1, D], pooled [R, D] and mask [R, L+1] of bool, on the device of the weights. An empty
        text is the unconditional query. Unknown words share one token; `vocabulary.unknown` names them.
        """
        identifiers = [self.vocabulary.encode(text) for text in texts]
        context, pooled, mask = self.text(moved(torch.tensor(identifiers), self.device))
        return context, pooled, mask

    def forward(
        self, x: Tensor, s: Tensor, context: Tensor, pooled: Tensor, mask: Tensor, altering: Altering = UNALTERED
    ) -> Tensor:
        """The network's estimate of x0, the mean of the clean pictures that x may have come from.

        `x` is [B, C, H, W] with H and W multiples of the configuration's stride, `s` [B] of float64 in [0, inf], and
        the text as `encode` returns it, one row for each picture; `altering` what rows want otherwise inside. x and
        text lie where the weights lie; s best on the CPU, so that its coefficients are the same on every device.
        Returns [B, C, H, W] in the dtype of x; exactly x at s = 0. Outside the trained range of levels the network is
        told the nearest trained one. Raises `InputError` if the pictures have another number of channels or a size the
        network cannot halve.
        """
        self._check(x)
        factors = precondition(s, self.configuration)
        skip, output, scale = (beside(factor, x) for factor in factors[:3])
        weights = self.text.summary.dtype
        raw = self.unet((scale * x).to(weights), factors.noise, context, pooled, mask, altering)
        estimate: Tensor = skip * x + output * raw
        return estimate.to(x.dtype)

    def _check(self, x: Tensor) -> None:
        channels, stride = self.configuration.channels, self.configuration.stride
        if x.shape[1] != channels or x.shape[2] % stride or x.shape[3] % stride:
            raise InputError(
                "the network cannot read pictures of this shape",
                where=self.configuration.title or "network",
                given=f"{x.shape[1]} channels of {x.shape[2]} x {x.shape[3]}",
                allowed=f"{channels} channels, both sides multiples of {stride}",
                mend=f"make the noise {channels} x {self.configuration.size} x {self.configuration.size}",
            )


def precondition(s: Tensor, configuration: NetworkConfiguration) -> Coefficients:
    """Table 1 of arXiv:2206.00364 for x = alpha*x0 + sigma*eps, levels s [B] in [0, inf] of float64.

    With alpha = 1/sqrt(1 + s^2), sigma = s/sqrt(1 + s^2) and v = sigma^2 + sigma_data^2 * alpha^2 the estimate is
    (sigma_data^2 * alpha / v) * x + (sigma * sigma_data / sqrt(v)) * F(x / sqrt(v), ln(s) / 4).
    """
    one = torch.ones_like(s)
    alpha = torch.hypot(one, s).reciprocal()
    sigma = torch.hypot(one, s.reciprocal()).reciprocal()
    data = configuration.sigma_data
    root = torch.hypot(sigma, data * alpha)
    noise = s.clamp(configuration.sigma_min, configuration.sigma_max).log() / 4
    return Coefficients(skip=alpha * (data / root) ** 2, output=sigma * data / root, input=1 / root, noise=noise)
