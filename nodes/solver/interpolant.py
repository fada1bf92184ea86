"""The SDEs of an interpolant: a step of its flow, and Langevin's at the level that is reached."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal, TypeAlias

import torch
from torch import Tensor

from graphs import Estimate, Known, Number, Span, abilities, node
from nodes.contracts.context import Context
from nodes.contracts.devices import put_rows, take_rows
from nodes.contracts.kernel import GaussianKernel
from nodes.contracts.levels import any_place, factor
from nodes.contracts.model import Model
from nodes.contracts.process import Process
from nodes.contracts.solver import Solver, probe
from nodes.contracts.state import State
from nodes.processes.interpolant import Interpolant, interpolating
from nodes.solver.over import Over
from nodes.solver.stochastic import deterministic

Diffusion: TypeAlias = Literal["constant", "gamma"]


def cost(known: Known) -> Estimate:
    """The inner solver's, and the denoiser at every level but the ends."""
    inner, each = known.input("solver"), known.input("denoiser").each
    calls = inner.calls
    if calls is None or known.value("epsilon") == 0:
        return Estimate(calls=calls, saves=inner.saves)

    def more(steps: Span) -> Span:
        return calls(steps) + each * Span(max(0, steps.low - 1), steps.high)

    return Estimate(calls=more, saves=inner.saves)


@node(abilities=abilities(like="solver", without=("reversible",), depending={"stochastic": "epsilon"}), cost=cost)
def interpolant(
    solver: Solver,
    denoiser: Model,
    process: Process,
    *,
    epsilon: Annotated[float, Number(minimum=0, maximum=100, step=0.05)] = 0.5,
    diffusion: Diffusion = "constant",
) -> Solver:
    """The SDEs of a two-sided interpolant, dx = (b ± ε ∇ log p) dt + √(2 ε) dW (Albergo et al. 2023, arXiv:2303.08797).

    x_t has the same law for every ε ≥ 0, forward (+, to the source) and backward (−, to the target). A step is split:
    the solver's along b, then, at the level reached, x' = x + ε |Δt| ∇ log p + √(2 ε |Δt|) z in the interpolant's own
    point and time, with ∇ log p = (E[x_t − γ z | x_t] − x_t)/γ² of the `denoiser`, model.interpolant's other network.
    ε = `epsilon`, or `epsilon` times γ for "gamma", which is calmer where data are narrow. At both ends γ = 0 and
    nothing is drawn, nor where the strength of γ is 0. ε = 0 is the solver, bitwise.
    Weak order 1. Cost: the solver's calls, and one of the denoiser a step but the last.
    Errors: a process that is no process.interpolant; a solver that draws itself, couples two points, or is of tokens.
    """
    way = interpolating(process)
    if epsilon == 0:
        return solver
    deterministic(solver)
    return Diffusing(solver, denoiser, way, epsilon, diffusion)


class Diffusing(Over):
    """The method of `interpolant`."""

    def __init__(
        self, inner: Solver, denoiser: Model, way: Interpolant, epsilon: float, diffusion: Diffusion = "constant"
    ) -> None:
        super().__init__(inner)
        self.abilities = inner.abilities - {"reversible"} | {"stochastic"}
        self.denoiser, self.way, self.epsilon = denoiser, way, epsilon
        self.diffusion: Diffusion = diffusion

    def calls(self, steps: int) -> float:
        """The inner solver's, and the denoiser before the last level."""
        return self.inner.calls(steps) + self.denoiser.cost(1.0) * (steps - 1)

    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """A draw from the kernel."""
        kernel = self.kernel(model, state, s_next, ctx)
        return kernel.at(kernel.sample(ctx))

    def kernel(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> GaussianKernel:
        """The normal law of the next x, the inner solver's step already made."""
        after = self.inner.step(model, state, s_next, ctx)
        time = self.way.time(s_next)
        gamma, span = self.way.gamma(time), (time - self.way.time(state.s)).abs()
        drawn = gamma > 0
        index = any_place(drawn & (span > 0)).nonzero()[:, 0]
        strength = self.epsilon * span * (gamma if self.diffusion == "gamma" else 1.0)
        mean = after.x
        if len(index):
            part, x = after.take(index), take_rows(after.x, index)
            clean, _ = probe(self.denoiser, part, x, s_next[index], ctx)
            pull = torch.where(drawn, strength / torch.where(drawn, gamma, 1.0).square(), 0.0)[index]
            mean = put_rows(mean, index, x + factor(pull, x) * (clean - x))
        scale = torch.hypot(self.way.alpha(s_next), self.way.beta(s_next))
        std = torch.where(drawn, torch.sqrt(2 * strength) / scale, 0.0)
        return GaussianKernel(mean, std, state, replace(after, x=mean))
