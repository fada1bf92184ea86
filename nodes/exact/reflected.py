"""The law of a finite set of points, noised in a cube whose walls reflect."""

from __future__ import annotations

import torch
from torch import Tensor

from nodes.contracts.context import Context
from nodes.contracts.devices import moved
from nodes.contracts.levels import alpha_sigma, beside
from nodes.contracts.model import OneShape
from nodes.contracts.query import Prediction, Query
from nodes.contracts.space import Space
from nodes.processes.reflection import Cube, folded, kernel


class Reflected(OneShape):
    """y = x0 + s ε folded into a cube, x0 one of `points` [K, *event]: the pair of y and s with the score of that law.

    x0 = y + s² ∇ log p(y), which Tweedie's formula makes of any score. Beyond the walls the law is seen in mirrors. The
    noise of different places is independent, so levels may differ by place. At s = inf x0 is the middle of the cube.
    """

    abilities = frozenset({"differentiable", "level_map"})

    def __init__(self, space: Space, points: Tensor, cube: Cube) -> None:
        self.space, self.points, self.cube = space, points, cube

    def predict(self, q: Query, ctx: Context) -> Prediction:
        """The point and s² times the score of its law."""
        alpha, _ = alpha_sigma(q.s)
        over = beside(torch.where(alpha == 0, 1.0, 1 / alpha).to(q.x.dtype), q.x)
        y = torch.where(beside(torch.isinf(q.s), q.x), self.cube.own(torch.full_like(q.x, 0.5)), over * q.x)
        return Prediction(y + self.cube.width * self.pull(y, q.s))

    def pull(self, y: Tensor, s: Tensor) -> Tensor:
        """s² times the score, in widths of the cube, [B, *event]."""
        seen = folded(self.cube.unit(y))
        points = self.cube.unit(moved(self.points.to(y.dtype), y.device)).flatten(1)
        sigma = beside((s / self.cube.width).to(y.dtype), y).expand_as(y).flatten(1)[:, None]
        each = kernel(seen.at.flatten(1)[:, None], points, sigma)
        shares = torch.softmax(each.log.sum(2), 1)
        return seen.sign * torch.einsum("bk,bkd->bd", shares, each.pull).reshape(y.shape)
