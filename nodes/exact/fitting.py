"""A small mixture of Gaussians fitted to points."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

ROUNDS = 200
"""Of expectation and maximisation, at the most."""
AT_REST = 1e-10
"""How little the log-likelihood of a point gains in a round before they end."""


class Fit(NamedTuple):
    """Weights [K], means [K, D], covariances [K, D, D], or [K, D] where they are diagonal; float64."""

    weights: Tensor
    means: Tensor
    covariances: Tensor


def fitted_to(points: Tensor, count: int, *, full: bool, least: float) -> Fit:
    """The mixture of `count` components that makes points [N, D] likely, by expectation and maximisation.

    It begins from points far apart, each the farthest from those before. Variances are at least `least`. Of one
    component it is the mean and the covariance of the points.
    """
    points = points.double()
    nearest = torch.cdist(points, _far_apart(points, count)).argmin(1)
    shares = torch.nn.functional.one_hot(nearest, count).double()
    fit, before = _maximised(points, shares, full=full, least=least), -torch.inf
    for _ in range(ROUNDS if count > 1 else 0):
        logs = _log_parts(points, fit)
        gained = float(torch.logsumexp(logs, 1).mean())
        if gained - before < AT_REST:
            break
        before = gained
        fit = _maximised(points, torch.softmax(logs, 1), full=full, least=least)
    return fit


def _far_apart(points: Tensor, count: int) -> Tensor:
    """So many of the points, the first the farthest from their mean."""
    apart = (points - points.mean(0)).square().sum(1)
    chosen: list[Tensor] = []
    for number in range(count):
        chosen.append(points[apart.argmax()])
        last = (points - chosen[-1]).square().sum(1)
        apart = last if number == 0 else torch.minimum(apart, last)
    return torch.stack(chosen)


def _maximised(points: Tensor, shares: Tensor, *, full: bool, least: float) -> Fit:
    """Weights, means and covariances of the points, weighed by shares [N, K]."""
    sums = shares.sum(0).clamp(min=1e-12)
    means = shares.mT @ points / sums[:, None]
    apart = points[:, None] - means
    if not full:
        return Fit(
            sums / sums.sum(), means, (torch.einsum("nk,nkd->kd", shares, apart.square()) / sums[:, None]) + least
        )
    spread = torch.einsum("nk,nkd,nke->kde", shares, apart, apart) / sums[:, None, None]
    unit = torch.eye(points.shape[1], dtype=torch.float64)
    return Fit(sums / sums.sum(), means, (spread + spread.mT) / 2 + least * unit)


def _log_parts(points: Tensor, fit: Fit) -> Tensor:
    """Log of w_k N(x; m_k, C_k), [N, K], without the power of 2π."""
    apart = points[:, None] - fit.means
    if fit.covariances.ndim == fit.means.ndim:
        logs = (apart.square() / fit.covariances + fit.covariances.log()).sum(2)
    else:
        root = torch.linalg.cholesky(fit.covariances)
        solved = torch.linalg.solve_triangular(root, apart.movedim(0, 2), upper=False)
        logs = solved.square().sum(1).mT + 2 * root.diagonal(dim1=1, dim2=2).log().sum(1)
    return fit.weights.log() - 0.5 * logs
