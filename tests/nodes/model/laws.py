"""What the tests of exact models share."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from nodes.contracts.asking import predict
from nodes.contracts.cond import Cond
from nodes.contracts.model import Model
from nodes.contracts.query import Query
from nodes.contracts.rows import Rows
from nodes.contracts.space import Space
from nodes.exact.mixture import Mixture
from tests.nodes.exact import Law, law
from tests.nodes.gaussian import context

PRIOR = law(
    [1, 2, 1],
    [[0.5, -0.3], [-0.6, 0.8], [0.9, 0.9]],
    [[[0.3, 0.1], [0.1, 0.2]], [[0.15, -0.05], [-0.05, 0.4]], [[0.05, 0.0], [0.0, 0.02]]],
)
"""Three Gaussians in the plane that overlap, all different."""

LEVELS = (0.1, 0.7, 3.0)


def mixture(prior: Law = PRIOR, classes: tuple[str, ...] = ("left", "right", "right")) -> Mixture:
    return Mixture(Space("points", (2,)), prior.means, prior.covariances, prior.weights, classes)


def points(count: int = 5) -> Tensor:
    return torch.randn(count, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(8))


def levels(s: float | Tensor, x: Tensor) -> Tensor:
    return s if isinstance(s, Tensor) else torch.full((len(x),), s, dtype=torch.float64)


def x0_of(model: Model, x: Tensor, s: float | Tensor, cond: Cond | None = None) -> Tensor:
    """The answer of a model, asked as everybody asks; `cond` is not yet gathered."""
    rows = Rows.first(0, len(x))
    level = levels(s, x)
    asked = None if cond is None else cond.gather(rows.origin)
    step = torch.zeros(len(x), dtype=torch.int64)
    return predict(model, Query(x, level, level, rows, step, asked), context()).x0


def coefficients(s: float) -> tuple[float, float]:
    """α and σ of the wires."""
    return (0.0, 1.0) if math.isinf(s) else (1 / math.sqrt(1 + s * s), s / math.sqrt(1 + s * s))


def jacobian(model: Model, x: Tensor, s: float) -> Tensor:
    """∂x0/∂x of each row, [B, D, D]."""
    x = x.clone().requires_grad_()
    x0 = x0_of(model, x, s)
    slopes = [torch.autograd.grad(x0[:, place].sum(), x, retain_graph=True)[0] for place in range(x.shape[1])]
    return torch.stack(slopes, 1)
