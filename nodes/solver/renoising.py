"""A deterministic step further down than asked, and fresh noise back up: any solver of the flow as one of an SDE."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace

import torch
from torch import Tensor

from nodes.contracts.context import Context
from nodes.contracts.kernel import GaussianKernel
from nodes.contracts.levels import alpha_sigma, factor
from nodes.contracts.model import Model
from nodes.contracts.solver import Solver
from nodes.contracts.state import State
from nodes.solver.over import Over
from nodes.solver.staying import stayed


class Renoised(Over):
    """A step of the inner solver to s_down, then √(s'² − s_down²) z of noise in y = x0 + s ε.

    The flow takes the law at s to the law at s_down exactly, and so does noise that at s_down to that at s': what the
    inner solver gets wrong is all that is wrong. How far down `below` says. Where the level rises nothing is drawn.
    """

    def __init__(self, inner: Solver, *, s_noise: float = 1.0, path: bool = False) -> None:
        super().__init__(inner)
        self.abilities = inner.abilities - {"reversible"} | {"stochastic"}
        self.s_noise, self.path = s_noise, path

    @abstractmethod
    def below(self, s: Tensor, s_next: Tensor) -> Tensor:
        """s_down of a step to a lower level, at most s_next; float64, like them."""

    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """A draw from the kernel."""
        kernel = self.kernel(model, state, s_next, ctx)
        return kernel.at(kernel.sample(ctx))

    def kernel(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> GaussianKernel:
        """The normal law of the next x, the inner solver's step already made."""
        down = torch.where(s_next < state.s, self.below(state.s, s_next), s_next)
        after = self.inner.step(model, state, down, ctx)
        (alpha, _), (alpha_next, _) = alpha_sigma(down), alpha_sigma(s_next)
        share = torch.where(down == s_next, 1.0, alpha_next / alpha)
        mean = stayed(state.x, factor(share, after.x) * after.x, state.s, s_next)
        up = torch.where(down == s_next, 0.0, torch.sqrt((s_next.square() - down.square()).clamp(min=0)))
        reached = replace(after, x=mean, s=s_next)
        return GaussianKernel(mean, self.s_noise * alpha_next * up, state, reached, path=self.path)


def ancestral_below(s: Tensor, s_next: Tensor, eta: float) -> Tensor:
    """s_down = √(s'² − s_up²), s_up = min(s', η s' √(1 − s'²/s²)): the split of k-diffusion."""
    share = torch.where(torch.isinf(s), 0.0, s_next / s)
    kept = 1 - eta * eta * (1 - share.square())
    return s_next * torch.sqrt(kept.clamp(min=0))
