"""The exact model of an interpolant between two mixtures of Gaussians."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from nodes.contracts.context import Context
from nodes.contracts.devices import moved
from nodes.contracts.identity import Identified
from nodes.contracts.levels import factor
from nodes.contracts.model import OneShape
from nodes.contracts.query import Prediction, Query
from nodes.contracts.space import Space
from nodes.processes.interpolant import Interpolant


class Law(Identified):
    """Σ N(m_k, diag v_k)/K: `means` and `variances` [K, D]."""

    def __init__(self, means: Tensor, variances: Tensor) -> None:
        self.means, self.variances = means, variances


class Expected(NamedTuple):
    """What is expected at a point x_t, each [B, *event]: x0, x1, and the score ∇ log p(x_t) = −E[z | x_t]/γ."""

    x0: Tensor
    x1: Tensor
    score: Tensor


class Between(OneShape):
    """x_t = α x0 + β x1 + γ z of independent x0 ~ `target` and x1 ~ `source`, seen as its velocity or its denoiser.

    Given both components x_t is N(α m0 + β m1, α² v0 + β² v1 + γ²), so all that is expected has a closed form.
    """

    abilities = frozenset({"differentiable"})

    def __init__(self, space: Space, way: Interpolant, target: Law, source: Law, *, denoises: bool = False) -> None:
        self.space, self.way, self.target, self.source, self.denoises = space, way, target, source, denoises

    def predict(self, q: Query, ctx: Context) -> Prediction:
        """The pair that moves along b, or the point of the wire without its γ z."""
        alpha, beta = self.way.alpha(q.s), self.way.beta(q.s)
        scale = torch.hypot(alpha, beta)
        x = factor(scale, q.x) * q.x
        if self.denoises:
            clean = x + factor(self.way.gamma(self.way.time(q.s)).square(), x) * self.expected(x, q.s).score
            return Prediction(clean / factor(scale, x))
        rates, b = self.way.rates(self.way.time(q.s)), self.velocity(x, q.s)
        turn = alpha * rates.sigma - rates.alpha * beta
        x0 = factor(rates.sigma / turn, x) * x - factor(beta / turn, x) * b
        return Prediction(x0, factor(alpha / turn, x) * b - factor(rates.alpha / turn, x) * x)

    def velocity(self, x: Tensor, s: Tensor) -> Tensor:
        """The drift b = E[dx_t/dt | x_t] at the interpolant's own point x and level s: α' x̂0 + β' x̂1 − γ γ' score."""
        time, known = self.way.time(s), self.expected(x, s)
        rates, drive = self.way.rates(time), self.way.gamma_drive(time)
        return factor(rates.alpha, x) * known.x0 + factor(rates.sigma, x) * known.x1 - factor(drive, x) * known.score

    def expected(self, x: Tensor, s: Tensor) -> Expected:
        """What is expected at the interpolant's own point x and level s."""
        gamma = self.way.gamma(self.way.time(s))
        alpha, beta, square = (self._wide(value, x) for value in (self.way.alpha(s), self.way.beta(s), gamma.square()))
        own = [moved(value.to(x.dtype), x.device) for law in (self.target, self.source) for value in vars_of(law)]
        m0, v0 = (value[:, None] for value in own[:2])
        m1, v1 = (value[None] for value in own[2:])
        spread = alpha.square() * v0 + beta.square() * v1 + square
        offsets = x.flatten(1)[:, None, None] - alpha * m0 - beta * m1
        solved = offsets / spread
        logs = -0.5 * (offsets * solved + torch.log(spread)).sum(-1)
        shares = torch.softmax(logs.flatten(1), 1).reshape(logs.shape)
        each = m0 + alpha * v0 * solved, m1 + beta * v1 * solved, -solved
        return Expected(*(torch.einsum("bjk,bjkd->bd", shares, part).reshape(x.shape) for part in each))

    @staticmethod
    def _wide(value: Tensor, x: Tensor) -> Tensor:
        return factor(value, x).reshape(-1, 1, 1, 1)


def vars_of(law: Law) -> tuple[Tensor, Tensor]:
    """Means and variances."""
    return law.means, law.variances
