"""DDPM accelerated by noise on both sides of the question."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from graphs import Estimate, abilities, node
from nodes.contracts.context import Context
from nodes.contracts.kernel import GaussianKernel
from nodes.contracts.levels import alpha_sigma, eps_of, factor, place
from nodes.contracts.model import Model
from nodes.contracts.solver import Solver, Stochastic, look
from nodes.contracts.state import State
from nodes.solver.staying import stayed


@node(abilities=abilities("stochastic", "memoryless"), cost=Estimate(calls=lambda steps: steps))
def accelerated_ddpm() -> Solver:
    """The accelerated stochastic sampler of Li et al. 2024 (arXiv:2403.03852, section 3.2).

    With a = α²/α'² and the score −ε/σ: x⁺ = x + √((1 − a)/2) z, ε is asked for at x⁺, and
    x' = (x⁺ − (1 − a) ε/σ + √((1 − a)/2) z')/√a. A step to s' = 0 gives the x0 predicted at x, one from s = inf
    α' x0 + σ' z'; where the level rises it is solver.euler.
    Weak order 1, the rate 1/T of the paper's abstract, with a smaller error than solver.ddpm's; 2 where the data are
    normal. 1 model call a step. z is drawn before the kernel is told, which is the law of x' given it. Errors: a sample
    of tokens.
    """
    return AcceleratedDdpm()


class AcceleratedDdpm(Stochastic):
    """The method of `accelerated_ddpm`."""

    abilities = frozenset({"stochastic", "memoryless"})

    def calls(self, steps: int) -> float:
        """One a step."""
        return steps

    def kernel(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> GaussianKernel:
        """The normal law of the next x, given the noise before the question."""
        begun = state
        ruled = (s_next < state.s) & (s_next > 0) & torch.isfinite(state.s)
        s, to = torch.where(ruled, state.s, 2.0), torch.where(ruled, s_next, 1.0)
        (alpha, sigma), (alpha_next, _) = alpha_sigma(s), alpha_sigma(to)
        root = alpha / alpha_next
        rate = 1 - root.square()
        half = torch.where(ruled, torch.sqrt(rate / 2), 0.0)
        if bool(ruled.any()):
            noised = state.x + factor(half, state.x) * ctx.noise.normal(state, "before")
            told = None if state.pred_to is None else torch.where(ruled, torch.nan, state.pred_to)
            state = replace(state, x=noised, pred_to=told)
        state, x0 = look(model, state, s_next, ctx)
        eps = eps_of(state.x, x0, state.s)
        fresh = torch.isinf(state.s) & torch.isfinite(s_next)
        straight = place(x0, factor(torch.where(fresh, 0.0, 1.0), eps) * eps, s_next)
        ahead = factor(1 / root, x0) * state.x - factor(rate / sigma / root, x0) * eps
        mean = torch.where(factor(torch.where(ruled, 1.0, 0.0), x0) > 0, ahead, straight)
        mean = stayed(begun.x, mean, state.s, s_next)
        std = torch.where(ruled, half / root, torch.where(fresh, alpha_sigma(s_next)[1], 0.0))
        return GaussianKernel(mean, std, begun, state.reached(mean, s_next))
