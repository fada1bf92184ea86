"""The noise of PFGM++: heavy tails, which become normal as D grows."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from nodes.contracts.draws import normal, uniform
from nodes.contracts.rows import Rows
from nodes.contracts.source import Source

HALVINGS = 80
"""Until the ends of a search in float64 are neighbours, for quantiles that are not tiny."""


class HeavyTailed(Source):
    """PFGM++ (Xu et al. 2023, arXiv:2302.04265): x0 + s ε has the density ∝ (|y − x0|² + r²)^(−(N + D)/2), r = s √D.

    N numbers in an event, D `augmented` dimensions. So ε = z √(D/χ²_D) with z standard normal: Student's multivariate t
    with D degrees of freedom. Its length is √D √(B/(1 − B)) with B ~ Beta(N/2, D/2), its direction uniform. For D → inf
    it is z, D = 1 is a Poisson flow (PFGM). Its coordinates are not independent.
    """

    independent = False

    def __init__(self, augmented: float) -> None:
        self.augmented, self.name = augmented, f"pfgmpp-{augmented:.17g}"

    def draw(self, rows: Rows, event: tuple[int, ...]) -> Tensor:
        """The row's normal noise, as noise.gaussian has it, made longer or shorter as a whole."""
        power = chi_square_quantile(uniform(rows, (), "tail"), self.augmented) / self.augmented
        return (normal(rows, event, "start").double() * torch.rsqrt(power).reshape(-1, *(1,) * len(event))).float()

    def log_density(self, eps: Tensor, event: tuple[int, ...]) -> Tensor:
        """Of Student's t: −½ (N + D) log(1 + |ε|²/D) and its constant."""
        size, square = eps.shape[-1], eps.square().sum(-1)
        half = self.augmented / 2
        constant = math.lgamma(half + size / 2) - math.lgamma(half) - size / 2 * math.log(math.pi * self.augmented)
        return constant - (half + size / 2) * torch.log1p(square / self.augmented)


def chi_square_quantile(part: Tensor, degrees: float) -> Tensor:
    """The number below which that part of χ² with so many degrees lies, float64; by halving, in the log of it."""
    shape = torch.full_like(part, degrees / 2)
    low, high = torch.full_like(part, -700.0), torch.full_like(part, math.log(degrees + 40 * math.sqrt(degrees) + 1e3))
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        less = torch.special.gammainc(shape, torch.exp(middle) / 2) < part
        low, high = torch.where(less, middle, low), torch.where(less, high, middle)
    return torch.exp((low + high) / 2)
