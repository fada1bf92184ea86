"""One Gaussian: a mixture of one, whose probability-flow ODE has a closed form."""

from __future__ import annotations

import torch
from torch import Tensor

from nodes.contracts.levels import alpha_sigma
from nodes.contracts.space import Space
from nodes.exact.mixture import Mixture


class Gaussian(Mixture):
    """x0 ~ N(mean, covariance): `mean` [D], `covariance` [D, D], or [D] where it is diagonal."""

    def __init__(self, space: Space, mean: Tensor, covariance: Tensor) -> None:
        super().__init__(space, mean[None], covariance[None], torch.ones(1), ("",))
        self.abilities -= {"prompt"}

    def flow_map(self, x: Tensor, s: Tensor, to: Tensor) -> Tensor:
        """Where the probability-flow ODE takes x from level s to `to`: α' m + S'^½ S^−½ (x − α m)."""
        offsets, spread, _, _ = self._eigen(x, s)
        alpha, sigma = (self._spread_out(value, x) for value in alpha_sigma(to))
        reached = alpha.square() * self.own(self.values, x) + sigma.square()
        moved = self._back(offsets * torch.sqrt(reached / spread))
        return (alpha * self.own(self.means, x) + moved).reshape(x.shape)
