"""Variance preserving by a table: the processes of networks that were trained at numbered times."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from graphs.errors import InputError
from nodes.processes.preserving import Preserving


class Discrete(Preserving):
    """ᾱ = α² at the times 0, 1, …, N − 1, as in DDPM (Ho et al. 2020, arXiv:2006.11239).

    Between the times log s is linear, so a time need not be a whole number. A network that reads whole times only is
    asked at the nearest one, `whole`, and then the level is that of the time that it was told. The last ᾱ may be 0.
    """

    first, numbered = 0.0, True

    def __init__(self, alphas_cumprod: Tensor, *, whole: bool = False) -> None:
        self.table, self.whole = alphas_cumprod.double(), whole
        self.last = float(len(self.table) - 1)
        falls = bool((self.table[1:] < self.table[:-1]).all())
        if len(self.table) < 2 or not falls or not 0 <= float(self.table[-1]) < float(self.table[0]) < 1:  # noqa: PLR2004 - a table has two ends
            raise InputError(
                "this is no table of a noising process",
                given=f"{len(self.table)} numbers",
                allowed="ᾱ that falls from below 1 to 0 or above, two numbers or more",
            )
        self.levels = torch.sqrt((1 - self.table) / self.table)

    def time(self, s: Tensor) -> Tensor:
        """The number of the level, with a fraction unless `whole`."""
        s = s.double().clamp(float(self.levels[0]), float(self.levels[-1]))
        before = (torch.searchsorted(self.levels, s, right=True) - 1).clamp(0, len(self.levels) - 2)
        low, high = self.levels[before], self.levels[before + 1]
        finite = torch.log(s / low) / torch.log(high / low)
        t = before + torch.where(torch.isinf(high), 1 - low / s, finite)
        return t.round() if self.whole else t

    def level(self, t: Tensor) -> Tensor:
        """The level of that number."""
        low, high, part = self._around(t)
        return torch.where(torch.isinf(high), low / (1 - part), low * torch.pow(high / low, part))

    def turn(self, t: Tensor) -> Tensor:
        """s'/(1 + s²), where log s is linear; towards a last level of inf 1/s is."""
        low, high, part = self._around(t)
        s = self.level(t)
        finite = torch.log(high / low) / (s + 1 / s)
        # With s = low/(1 − part), s' = s²/low.
        endless = 1 / (low * (1 + (1 - part).square() / low.square()))
        return torch.where(torch.isinf(high), endless, finite)

    def _around(self, t: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The levels before and after, and how far it is on the way."""
        t = self.within(t)
        before = t.floor().long().clamp(0, len(self.levels) - 2)
        return self.levels[before], self.levels[before + 1], t - before


def linear_table(count: int = 1000, beta_start: float = 1e-4, beta_end: float = 0.02) -> Tensor:
    """ᾱ for β spaced evenly (DDPM)."""
    return _products(torch.linspace(beta_start, beta_end, count, dtype=torch.float64))


def scaled_linear_table(count: int = 1000, beta_start: float = 0.00085, beta_end: float = 0.012) -> Tensor:
    """ᾱ for √β spaced evenly (Stable Diffusion, arXiv:2112.10752)."""
    ends = math.sqrt(beta_start), math.sqrt(beta_end)
    return _products(torch.linspace(*ends, count, dtype=torch.float64).square())


def cosine_table(count: int = 1000, offset: float = 0.008, beta_most: float = 0.999) -> Tensor:
    """ᾱ by the cosine, no β above `beta_most` (Nichol & Dhariwal 2021, arXiv:2102.09672)."""
    t = torch.arange(count + 1, dtype=torch.float64) / count
    curve = torch.cos(math.pi / 2 * (t + offset) / (1 + offset)).square()
    return _products((1 - curve[1:] / curve[:-1]).clamp(max=beta_most))


def zero_terminal(alphas_cumprod: Tensor) -> Tensor:
    """The table with its end at pure noise: √ᾱ ← (√ᾱ − √ᾱ_T)·√ᾱ_0/(√ᾱ_0 − √ᾱ_T) (Lin et al. 2023, arXiv:2305.08891)."""
    root = alphas_cumprod.double().sqrt()
    return ((root - root[-1]) * root[0] / (root[0] - root[-1])).square()


def _products(betas: Tensor) -> Tensor:
    return torch.cumprod(1 - betas, 0)
