"""Jumps of a flow map, with fresh noise between."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from graphs import Estimate, Fraction, abilities, node
from nodes.contracts.context import Context
from nodes.contracts.kernel import GaussianKernel
from nodes.contracts.levels import alpha_sigma, by_x, combined
from nodes.contracts.model import Model
from nodes.contracts.solver import Solver, Stochastic, look
from nodes.contracts.state import State
from nodes.solver.euler import Euler
from nodes.solver.staying import stayed


@node(abilities=abilities("memoryless", depending={"stochastic": "gamma"}), cost=Estimate(calls=lambda steps: steps))
def ctm(*, gamma: Fraction = 0.5) -> Solver:
    """γ-sampling of a flow map (Kim et al. 2024, arXiv:2310.02279, Algorithm 3): jump too far, then add noise.

    With y = x0 + s·ε and a map G: y' = G(y, s, √(1 − γ²) s') + γ s' z. γ = 0 makes long deterministic jumps and is
    solver.euler, bitwise; γ = 1 goes to data at every step and is solver.consistency. For a model that answers with a
    map (model.flow_map, a distilled network) every γ keeps the law at each level, in however few steps; of an ordinary
    model the jumps are Euler's. Where the level rises nothing is drawn.
    1 model call a step. Errors: a sample of tokens.
    """
    return Euler() if gamma == 0 else Ctm(gamma)


class Ctm(Stochastic):
    """The method of `ctm` with γ above 0."""

    abilities = frozenset({"stochastic", "memoryless"})

    def __init__(self, gamma: float) -> None:
        self.gamma = gamma

    def calls(self, steps: int) -> float:
        """One a step."""
        return steps

    def kernel(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> GaussianKernel:
        """The normal law of the next x, the model asked on the way to where the jump lands."""
        begun = state.x
        kept = torch.ones_like(s_next).masked_fill(s_next < state.s, math.sqrt(1 - self.gamma**2))
        state, x0 = look(model, state, kept * s_next, ctx)
        alpha, sigma = alpha_sigma(s_next)
        mean = combined(by_x(alpha, kept * sigma, state.s), (x0, state.x))
        mean = stayed(begun, mean, state.s, s_next)
        std = torch.where(s_next < state.s, self.gamma * sigma, 0.0)
        return GaussianKernel(mean, std, state, state.reached(mean, s_next))
