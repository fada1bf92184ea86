"""A little noise before every step of a deterministic solver."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Annotated

import torch
from torch import Tensor

from graphs import Estimate, Known, Number, abilities, also, node
from nodes.contracts.context import Context
from nodes.contracts.kernel import GaussianKernel
from nodes.contracts.levels import alpha_sigma, any_place, factor
from nodes.contracts.model import Model
from nodes.contracts.solver import Solver
from nodes.contracts.state import State
from nodes.solver.over import Over
from nodes.solver.reverse_sde import NoiseScale
from nodes.solver.stochastic import deterministic

MOST = math.sqrt(2) - 1
"""The noise that is added is new noise at the most as much as is there: √(ŝ² − s²) ≤ s."""


def cost(known: Known) -> Estimate:
    """The inner solver's."""
    inner = known.input("solver")
    return Estimate(calls=inner.calls, saves=inner.saves)


@node(abilities=abilities(like="solver", without=("reversible",), depending={"stochastic": "s_churn"}), cost=cost)
def churn(
    solver: Solver,
    *,
    s_churn: Annotated[float, Number(minimum=0, maximum=1000, step=1), also("S_churn")] = 40.0,
    s_tmin: Annotated[float, Number(minimum=0, maximum=1e6), also("S_min", "s_min")] = 0.05,
    s_tmax: Annotated[float, Number(minimum=0, infinite=True), also("S_max", "s_max")] = 50.0,
    s_noise: Annotated[NoiseScale, also("S_noise")] = 1.003,
    num_inference_steps: Annotated[
        int, Number(integer=True, minimum=1, maximum=10000), also("steps", "num_steps")
    ] = 256,
) -> Solver:
    """Churn (Karras et al. 2022, arXiv:2206.00364, Algorithm 2): noise before every step, then a step from there.

    With γ = min(s_churn/N, √2 − 1) where s lies within [s_tmin, s_tmax], else 0, and y = x0 + s ε: ŝ = (1 + γ) s,
    ŷ = y + √(ŝ² − s²) s_noise z, and the solver's step goes from ŝ to s'. EDM's own is this over solver.heun. N is
    `num_inference_steps`, the number of steps of the levels that s_churn is spread over: a step does not know it.
    The defaults are those for ImageNet-64 (40, 0.05, 50, 1.003 over 256 steps); CIFAR-10: 30, 0.01, 1, 1.007 (VP) and
    80, 0.05, 1, 1.007 (VE). With s_noise = 1 the law stays right, above 1 it becomes wider; the paper's makes up for
    networks that take away too much. s_churn = 0 is the solver, bitwise; nothing is drawn where the level rises.
    The noise goes in before the model is asked: given it, a step has nothing more to draw, so the law of a step is a
    point, and what chooses between draws of it has no choice.
    Weak order: the solver's, where that has no memory; what a multistep solver keeps is forgotten where noise is added,
    and its step is of order 1 there. Cost: the solver's calls. Errors: a solver that draws itself,
    couples two points, or is of tokens.
    """
    if s_churn == 0:
        return solver
    deterministic(solver)
    return Churned(solver, s_churn / num_inference_steps, (s_tmin, s_tmax), s_noise)


class Churned(Over):
    """The method of `churn`."""

    def __init__(self, inner: Solver, gamma: float, window: tuple[float, float], s_noise: float) -> None:
        super().__init__(inner)
        self.abilities = inner.abilities - {"reversible"} | {"stochastic"}
        self.gamma, self.window, self.s_noise = min(gamma, MOST), window, s_noise

    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """The inner solver's step from where noise has been added; what others wrote in the past stays."""
        start = self.churned(state, s_next, ctx)
        after = self.inner.step(model, start, s_next, ctx)
        others = {name: entry for name, entry in state.past.items() if after.past.get(name) is start.past.get(name)}
        return replace(after, past={**after.past, **others})

    def kernel(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> GaussianKernel:
        """A point: the step, its noise being drawn already."""
        after = self.step(model, state, s_next, ctx)
        return GaussianKernel(after.x, torch.zeros_like(s_next, dtype=torch.float64), state, after)

    def raised(self, s: Tensor, s_next: Tensor) -> Tensor:
        """ŝ, like s."""
        low, high = self.window
        churned = (s_next < s) & torch.isfinite(s) & (s >= low) & (s <= high)
        return torch.where(churned, (1 + self.gamma) * s, s)

    def churned(self, state: State, s_next: Tensor, ctx: Context) -> State:
        """The state with fresh noise, at ŝ; where there is none it is itself, with what it was told.

        What a solver kept of earlier steps lies on another way than the one that begins with the noise: rows forget it.
        """
        up = self.raised(state.s, s_next)
        raised = any_place(up != state.s)
        if not bool(raised.any()):
            return state
        gone = renoised(state, up, ctx, "churn", self.s_noise)
        if bool(raised.all()):
            return replace(gone, past={})
        index = raised.nonzero()[:, 0]
        return gone.put(index, replace(gone.take(index), past={}))


def renoised(state: State, up: Tensor, ctx: Context, purpose: str, s_noise: float = 1.0, draw: int = 0) -> State:
    """The state brought up to levels at or above its own by fresh noise, y + √(up² − s²) s_noise z; up is finite."""
    (alpha, _), (alpha_up, _) = alpha_sigma(state.s), alpha_sigma(up)
    finite = torch.isfinite(up)
    share = torch.where(up == state.s, 1.0, alpha_up / alpha)
    std = torch.where(finite, alpha_up * torch.sqrt((up.square() - state.s.square()).clamp(min=0)), 0.0)
    z = ctx.noise.normal(state, purpose, draw)
    x = factor(share, state.x) * state.x + factor(s_noise * std, state.x) * z
    told = None if state.pred_to is None else torch.where(up == state.s, state.pred_to, torch.nan)
    return replace(state, x=x, s=up, pred_to=told)
