"""Euler and Maruyama's method on the reverse SDE."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

import torch
from torch import Tensor

from graphs import Estimate, abilities, node
from nodes.contracts.context import Context
from nodes.contracts.kernel import GaussianKernel
from nodes.contracts.levels import alpha_sigma, eps_of, factor, place
from nodes.contracts.model import Model
from nodes.contracts.solver import Solver, Stochastic, look
from nodes.contracts.state import State
from nodes.solver.reverse_sde import Eta
from nodes.solver.staying import stayed
from nodes.solver.undrawn import Undrawn

Chart: TypeAlias = Literal["vp", "ve", "flow"]


@node(abilities=abilities("memoryless", depending={"stochastic": "eta"}), cost=Estimate(calls=lambda steps: steps))
def euler_maruyama(*, eta: Eta = 1.0, process: Chart = "vp", path: bool = False) -> Solver:
    """Euler–Maruyama on the reverse SDE, dx = [f x − ½ (1 + η²) g² score] dt + η g dW (Song et al. 2021,
    arXiv:2011.13456, section 4.1 and equation 6).

    Unlike the steps of solver.ddim it is not the same in every process. "vp": the point is x itself, over the clock
    u = ln(1 + s²) = ∫β dt: x' = x + Δu (½ x − ½ (1 + η²) ε/σ) + η √Δu z, Δu = u − u' > 0. "ve": y = x0 + s ε over
    u = s², y' = y − (s² − s'²) ½ (1 + η²) ε/s + η √(s² − s'²) z, at η = 1 the reverse diffusion sampler. "flow":
    (1 − t) y over t = s/(1 + s), with w² = 2 η² t/(1 − t). A step to s' = 0 gives the predicted x0, the last Tweedie
    denoising; one from s = inf, where the SDE has no rate, α' x0 + σ' z. Where the level rises it is solver.euler.
    η = 0 is Euler's method on the flow in that process, and draws nothing. With `path` z is the increment of the
    row's one Brownian path over atan(s), to which more steps converge; the levels then do not differ by place.
    Weak order 1; 1 model call a step. Errors: a sample of tokens.
    """
    solver = EulerMaruyama(eta, process, path=path)
    return solver if eta else Undrawn(solver)


class Pace(NamedTuple):
    """Of a process's own point c y and clock u: c before and after a step, d(ln c)/ds, and Δs = (ds/du) Δu ≤ 0."""

    scale: Tensor
    scale_next: Tensor
    growth: Tensor
    change: Tensor


class EulerMaruyama(Stochastic):
    """The method of `euler_maruyama`."""

    abilities = frozenset({"stochastic", "memoryless"})

    def __init__(self, eta: float = 1.0, process: Chart = "vp", *, path: bool = False) -> None:
        self.eta, self.path = eta, path
        self.process: Chart = process

    def calls(self, steps: int) -> float:
        """One a step."""
        return steps

    def kernel(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> GaussianKernel:
        """The normal law of the next x."""
        begun = state.x
        state, x0 = look(model, state, s_next, ctx)
        eps = eps_of(state.x, x0, state.s)
        ruled = (s_next < state.s) & (s_next > 0) & torch.isfinite(state.s)
        s, to = torch.where(ruled, state.s, 2.0), torch.where(ruled, s_next, 1.0)
        pace, (alpha, _), (alpha_next, _) = pace_of(self.process, s, to), alpha_sigma(s), alpha_sigma(to)
        # c y moves by ds (d ln c/ds c y + (1 + η²) c ε), then goes back to x = α y.
        back = alpha_next / pace.scale_next * pace.scale
        of_x = torch.where(ruled, back / alpha * (1 + pace.growth * pace.change), 0.0)
        of_eps = torch.where(ruled, back * (1 + self.eta**2) * pace.change, 0.0)
        std = back * self.eta * torch.sqrt(2 * s * -pace.change)
        moved = factor(of_x, x0) * state.x + factor(of_eps, x0) * eps
        fresh = torch.isinf(state.s) & torch.isfinite(s_next) & (self.eta > 0)
        straight = place(x0, eps * factor(torch.where(fresh, 0.0, 1.0), eps), s_next)
        mean = torch.where(factor(torch.where(ruled, 1.0, 0.0), x0) > 0, moved, straight)
        mean = stayed(begun, mean, state.s, s_next)
        std = torch.where(ruled, std, torch.where(fresh, alpha_sigma(s_next)[1], 0.0))
        return GaussianKernel(mean, std, state, state.reached(mean, s_next), path=self.path)


def pace_of(process: Chart, s: Tensor, s_next: Tensor) -> Pace:
    """How a process sees a step down between finite levels above 0."""
    if process == "ve":
        one = torch.ones_like(s)
        return Pace(one, one, torch.zeros_like(s), (s_next.square() - s.square()) / (2 * s))
    if process == "vp":
        square, clock = s.square(), torch.log1p(s_next.square()) - torch.log1p(s.square())
        (alpha, _), (alpha_next, _) = alpha_sigma(s), alpha_sigma(s_next)
        return Pace(alpha, alpha_next, -s / (1 + square), (1 + square) / (2 * s) * clock)
    time = s_next / (1 + s_next) - s / (1 + s)
    return Pace(1 / (1 + s), 1 / (1 + s_next), -1 / (1 + s), (1 + s).square() * time)
