"""One Gaussian: a mixture of one, whose probability-flow ODE has a closed form."""

from __future__ import annotations

import torch
from torch import Tensor

from nodes.contracts.space import Space
from nodes.exact.mixture import Mixture


class Gaussian(Mixture):
    """x0 ~ N(mean, covariance): `mean` [D], `covariance` [D, D], or [D] where it is diagonal."""

    abilities = frozenset({"differentiable", "level_map"})

    def __init__(self, space: Space, mean: Tensor, covariance: Tensor) -> None:
        super().__init__(space, mean[None], covariance[None], torch.ones(1), ("",))

    def flow_map(self, x: Tensor, s: Tensor, to: Tensor) -> Tensor:
        """Where the probability-flow ODE takes x from level s [B] to `to`: α' m + S'^½ S^−½ (x − α m)."""
        (alpha, sigma), (alpha_to, sigma_to) = self.coefficients(x, s), self.coefficients(x, to)
        mean, values = self.own(self.means, x), self.own(self.values, x)
        spread, reached = (a.square() * values + b.square() for a, b in ((alpha, sigma), (alpha_to, sigma_to)))
        offsets = self.to_axes(x.flatten(1)[:, None] - alpha * mean)
        return (alpha_to * mean + self.from_axes(offsets * torch.sqrt(reached / spread))).reshape(x.shape)
