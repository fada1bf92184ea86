"""The law of a finite set of points under noise of any law."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from nodes.contracts.cond import Cond
from nodes.contracts.source import Source
from nodes.contracts.space import Space
from nodes.exact.empirical import SMALLEST, Empirical


class Blended(Empirical):
    """x0 is one of `points`, ε of the density q: E[x0 | x] = Σ softmax(log q((x − α a_k)/σ) + log w_k) a_k.

    Levels may differ by place where the coordinates of ε are independent.
    """

    def __init__(self, space: Space, points: Tensor, weights: Tensor, classes: tuple[str, ...], source: Source) -> None:
        super().__init__(space, points, weights, classes)
        self.source = source
        if not source.independent:
            self.abilities = Empirical.abilities - {"level_map"}

    def log_parts(self, x: Tensor, s: Tensor) -> Tensor:
        """Log q(ε_k) for the noise that would make x of point k, [B, K]."""
        alpha, sigma = self._coefficients(x, s)
        eps = (x.flatten(1)[:, None] - alpha * self._flat(x)) / sigma.clamp(min=math.sqrt(SMALLEST))
        return self.source.log_density(eps, self.space.event)

    def log_common(self, x: Tensor, s: Tensor) -> Tensor:
        """−Σ log σ."""
        _, sigma = self._coefficients(x, s)
        return -torch.log(sigma.clamp(min=math.sqrt(SMALLEST))).sum((1, 2))

    def score(self, x: Tensor, s: Tensor, cond: Cond | None = None) -> Tensor:
        """∇ log p(x) at level s > 0, [B, *event], by going backward through the density."""
        with torch.enable_grad():
            at = x.detach().requires_grad_()
            (gradient,) = torch.autograd.grad(self.log_likelihood(at, s, cond).sum(), at)
        return gradient
