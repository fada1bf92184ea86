"""A model of a law that is known by its density only, by Monte Carlo at every question."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from graphs import Estimate, InputError, Number, Span, abilities, node
from nodes.contracts.context import Context
from nodes.contracts.levels import alpha_sigma, beside
from nodes.contracts.model import Model, OneShape
from nodes.contracts.query import Prediction, Query
from nodes.contracts.reward import Reward, score
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space


@node(cost=Estimate(each=Span.of(1)), abilities=abilities())
def rdmc(
    reward: Reward,
    *,
    shape: tuple[int, ...] = (2,),
    prior_std: Annotated[float, Number(minimum=1e-6, maximum=1e6, scale="log")] = 1.0,
    particles: Annotated[int, Number(integer=True, minimum=1, maximum=100000, work=True)] = 256,
    langevin_steps: Annotated[int, Number(integer=True, minimum=0, maximum=10000, work=True)] = 0,
    step_size: Annotated[float, Number(minimum=1e-6, maximum=1)] = 0.1,
) -> Model:
    """Reverse diffusion Monte Carlo (Huang et al. 2023, arXiv:2307.02037): a model of p(x0) ∝ exp(r(x0)), untrained.

    E[x0 | y] of y = x0 + s ε is a mean over q(x0) ∝ exp(r(x0) − |y − x0|²/2s²), found at every question by Monte Carlo.
    Importance sampling: `particles` are drawn from N(m, v), v = s² w²/(s² + w²), m = y w²/(s² + w²), w = `prior_std`,
    which is q for N(0, w²), and weigh exp(r + |x0|²/2w²): w should cover the law. With `langevin_steps` the particles
    are drawn again by their weights and go on by x0 ← x0 + τ ∇ log q + √(2τ) z, τ = `step_size` · v, before the mean is
    taken: less noise where few had weight, and a bias of order τ. The particles of a question are the row's own.
    Points have `shape`, in the space that the reward reads ("points" for any). r needs no normalisation.
    Cost: 1 model row per sample, which is `particles` rewards, times 1 + langevin_steps.
    Errors: Langevin's steps of a reward without gradients; levels that differ by place.
    """
    if langevin_steps and "differentiable" not in reward.abilities:
        raise InputError(
            "Langevin's steps need gradients of the reward",
            where="reward",
            given=type(reward).__name__,
            allowed='a reward with the ability "differentiable"',
            mend="set `langevin_steps` to 0, or wire another reward",
        )
    if not shape or min(shape) < 1:
        raise InputError("the points have no shape", given=f"shape {list(shape)}", allowed="positive sizes, as [2]")
    space = Space("points" if reward.space == "any" else reward.space, shape)
    return Rdmc(reward, space, prior_std, particles, langevin_steps, step_size)


@dataclass(frozen=True)
class Particles:
    """Points x [B, K, *event] of the rows of a question, which draw as these rows."""

    x: Tensor
    rows: Rows
    step: Tensor


class Rdmc(OneShape):
    """The method of `rdmc`."""

    def __init__(
        self, reward: Reward, space: Space, prior_std: float, particles: int, langevin_steps: int, step_size: float
    ) -> None:
        self.reward, self.space, self.prior_std = reward, space, prior_std
        self.particles, self.langevin_steps, self.step_size = particles, langevin_steps, step_size

    def complete(self, q: Query) -> Query:
        """The question, of the event's shape, at one level a row."""
        q = super().complete(q)
        if q.s.ndim > 1:
            raise InputError("this model answers at one level a row", given="levels by place", mend="use one level")
        return q

    def predict(self, q: Query, ctx: Context) -> Prediction:
        """The mean of x0 over the particles."""
        alpha, sigma = alpha_sigma(q.s)
        width = self.prior_std**2
        known = alpha.square() * width
        share = known / (known + sigma.square())  # w²/(w² + s²), finite at both ends
        wide = q.x[:, None].expand(-1, self.particles, *q.x.shape[1:])
        drawing = Particles(wide, q.rows, q.step)
        mean = beside(alpha * width / (known + sigma.square()), q.x) * q.x
        variance = sigma.square() * width / (known + sigma.square())
        std = beside(variance.sqrt(), wide).to(wide.dtype)
        x0 = mean[:, None].to(wide.dtype) + std * ctx.noise.normal(drawing, "rdmc", 0)
        scores, _ = self.scored(x0, q, ctx, slope=False)
        weights = torch.softmax(self.finite(scores + x0.double().square().flatten(2).sum(2) / (2 * width)), 1)
        if not self.langevin_steps:
            return Prediction(torch.einsum("bk,bk...->b...", weights.to(x0.dtype), x0))
        x0 = chosen(x0, weights, ctx.noise.uniform(drawing, "rdmc_chosen", 0, (1,)))
        for number in range(self.langevin_steps):
            _, slope = self.scored(x0, q, ctx, slope=True)
            drift = beside(variance, x0) * slope + mean[:, None] - beside(share, x0) * x0
            z = ctx.noise.normal(drawing, "rdmc", 1 + number)
            x0 = (x0 + self.step_size * drift + math.sqrt(2 * self.step_size) * std * z).to(wide.dtype)
        return Prediction(x0.mean(1))

    def scored(self, x0: Tensor, q: Query, ctx: Context, *, slope: bool) -> tuple[Tensor, Tensor]:
        """The rewards [B, K] of particles, and where asked for their gradients, [B, K, *event]."""
        index = torch.arange(len(q.rows)).repeat_interleave(x0.shape[1])
        with torch.set_grad_enabled(slope):
            flat = x0.detach().flatten(0, 1).requires_grad_(slope)
            clean = torch.zeros(len(index), dtype=torch.float64)
            scores = score(self.reward, Sample(flat, clean, self.space, q.rows.take(index)), ctx)
            gradient = x0
            if slope:
                ctx.meter.backward(len(flat))
                (found,) = torch.autograd.grad(scores.sum(), flat)
                gradient = found.reshape(x0.shape)
        return scores.detach().reshape(x0.shape[:2]), gradient

    def finite(self, logs: Tensor) -> Tensor:
        """The logs of weights, those that are no numbers at no weight."""
        return torch.nan_to_num(logs, nan=-torch.inf, neginf=torch.finfo(torch.float64).min)


def chosen(x0: Tensor, weights: Tensor, offset: Tensor) -> Tensor:
    """As many particles [B, K, *event], drawn by their weights [B, K] at even distances from an offset [B, 1]."""
    count = weights.shape[1]
    places = (torch.arange(count, device=x0.device) + offset) / count
    index = torch.searchsorted(weights.cumsum(1), places.contiguous()).clamp(max=count - 1)
    return torch.gather(x0, 1, index.reshape(*index.shape, *(1,) * (x0.ndim - 2)).expand_as(x0))
