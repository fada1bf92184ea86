"""Noise whose coordinates are independent, each with mean 0 and variance 1."""

from __future__ import annotations

import math
from abc import abstractmethod

import torch
from torch import Tensor

from nodes.contracts.draws import uniform
from nodes.contracts.rows import Rows
from nodes.contracts.source import Source

HALF_WIDTH = math.sqrt(3)
"""Of the interval on which a uniform number has the variance 1."""
STEEP = 1e6
"""By how much the log of the uniform density falls in a unit of length outside of its interval."""
LOGISTIC_SCALE = math.sqrt(3) / math.pi
TINY = 2.0**-54
"""In place of a uniform number that is 0: half of the least other one."""


class Independent(Source):
    """A law given by its quantiles and its density."""

    def draw(self, rows: Rows, event: tuple[int, ...]) -> Tensor:
        """By the quantiles of uniform numbers."""
        return self.quantile(uniform(rows, event, "start").clamp(min=TINY)).float()

    def log_density(self, eps: Tensor, event: tuple[int, ...]) -> Tensor:
        """The sum over the coordinates."""
        return self.log_each(eps).sum(-1)

    @abstractmethod
    def quantile(self, part: Tensor) -> Tensor:
        """The number below which that part of the law lies, in (0, 1)."""

    @abstractmethod
    def log_each(self, eps: Tensor) -> Tensor:
        """The log density of each coordinate."""


class Uniform(Independent):
    """Uniform on [−√3, √3]; outside the density falls off steeply rather than at once, so that the log is finite."""

    name = "uniform"

    def quantile(self, part: Tensor) -> Tensor:
        """√3 (2 u − 1)."""
        return HALF_WIDTH * (2 * part - 1)

    def log_each(self, eps: Tensor) -> Tensor:
        """−log 2√3 within."""
        return -STEEP * (eps.abs() - HALF_WIDTH).clamp(min=0) - math.log(2 * HALF_WIDTH)


class Laplace(Independent):
    """Density e^(−√2 |ε|)/√2."""

    name = "laplace"

    def quantile(self, part: Tensor) -> Tensor:
        """Log 2u, over √2, below the middle, and the same turned round above."""
        below = torch.log(2 * torch.minimum(part, 1 - part)) / math.sqrt(2)
        return torch.where(part < 0.5, below, -below)  # noqa: PLR2004 - the middle

    def log_each(self, eps: Tensor) -> Tensor:
        """−√2 |ε| − ½ log 2."""
        return -math.sqrt(2) * eps.abs() - 0.5 * math.log(2)


class Logistic(Independent):
    """Density e^(−ε/c)/(c (1 + e^(−ε/c))²) with c = √3/π: smooth, with tails as of Laplace's."""

    name = "logistic"

    def quantile(self, part: Tensor) -> Tensor:
        """The log of u/(1 − u), times c."""
        return LOGISTIC_SCALE * torch.logit(part)

    def log_each(self, eps: Tensor) -> Tensor:
        """The same on both sides, so of |ε|: nothing overflows."""
        scaled = eps.abs() / LOGISTIC_SCALE
        return -scaled - 2 * torch.log1p(torch.exp(-scaled)) - math.log(LOGISTIC_SCALE)
