"""Noise in a cube whose walls reflect: points folded back, and the law of a folded normal point."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

from graphs import InputError

IMAGES = 3
"""Reflections of a point to either side, in pairs, that are summed for little noise."""
WAVES = 8
"""Cosines that are summed for much noise."""
BOUND = 0.5
"""The noise, in widths of the cube, up to which images are summed; there both sums are right to 1e-13."""
SMALLEST = 1e-30
"""The least variance: at s = 0 the nearest image takes all, and no number overflows."""


class Cube(NamedTuple):
    """All coordinates between `low` and `high`."""

    low: float
    high: float

    @property
    def width(self) -> float:
        """From wall to wall."""
        return self.high - self.low

    def unit(self, y: Tensor) -> Tensor:
        """Points with the cube as [0, 1]."""
        return (y - self.low) / self.width

    def own(self, u: Tensor) -> Tensor:
        """The way back from `unit`."""
        return self.low + self.width * u

    def holds(self, y: Tensor) -> Tensor:
        """Which coordinates lie within."""
        return (y >= self.low) & (y <= self.high)


def cube(low: float, high: float) -> Cube:
    """The cube between these walls; `InputError` where they are the wrong way round."""
    if low >= high:
        raise InputError(
            "the cube has no inside",
            where="low",
            given=f"low {low:g}, high {high:g}",
            mend="lower `low` or raise `high`",
        )
    return Cube(low, high)


class Folded(NamedTuple):
    """Points folded into [0, 1], and for each coordinate 1, or −1 where it is seen in a mirror."""

    at: Tensor
    sign: Tensor


def folded(u: Tensor) -> Folded:
    """Folded, v = u mod 2, or 2 − v where that is above 1."""
    v = torch.remainder(u, 2)
    mirrored = v > 1
    return Folded(torch.where(mirrored, 2 - v, v), torch.where(mirrored, -1.0, 1.0).to(u.dtype))


class Seen(NamedTuple):
    """Of folded normal points: the log density at v, and σ² times its slope there."""

    log: Tensor
    pull: Tensor


def kernel(v: Tensor, centre: Tensor, sigma: Tensor) -> Seen:
    """Each coordinate of centre + σ z folded into [0, 1], seen at v in [0, 1]; `centre` in [0, 1], σ of any size."""
    little, much = by_images(v, centre, sigma.clamp(max=BOUND)), by_waves(v, centre, sigma.clamp(BOUND, 1e3))
    few = (sigma <= BOUND).expand_as(little.log)
    return Seen(torch.where(few, little.log, much.log), torch.where(few, little.pull, much.pull))


def by_images(v: Tensor, centre: Tensor, sigma: Tensor) -> Seen:
    """Σ N(v; 2 k ± centre, σ²) over the images of the centre."""
    shifts = 2.0 * torch.arange(-IMAGES, IMAGES + 1, dtype=v.dtype, device=v.device)
    places = torch.cat([shifts + centre[..., None], shifts - centre[..., None]], -1)
    variance = sigma.square().clamp(min=SMALLEST)[..., None]
    logs = -0.5 * (v[..., None] - places).square() / variance
    total = torch.logsumexp(logs, -1)
    pull = (torch.softmax(logs, -1) * places).sum(-1) - v
    return Seen(total - 0.5 * torch.log(2 * math.pi * variance[..., 0]), pull)


def by_waves(v: Tensor, centre: Tensor, sigma: Tensor) -> Seen:
    """1 + 2 Σ cos(k π v) cos(k π centre) exp(−k² π² σ²/2)."""
    number = math.pi * torch.arange(1, WAVES + 1, dtype=v.dtype, device=v.device)
    square = sigma.square()[..., None]
    share = 2 * torch.cos(number * centre[..., None]) * torch.exp(-number.square() * square / 2)
    density = 1 + (share * torch.cos(number * v[..., None])).sum(-1)
    slope = -(share * number * square * torch.sin(number * v[..., None])).sum(-1)
    return Seen(torch.log(density), slope / density)
