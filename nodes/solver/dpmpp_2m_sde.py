"""The stochastic DPM-Solver++ with two points."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from graphs import Estimate, abilities, node
from nodes.contracts.context import Context
from nodes.contracts.devices import moved
from nodes.contracts.kernel import GaussianKernel
from nodes.contracts.levels import alpha_sigma, factor
from nodes.contracts.model import Model
from nodes.contracts.solver import Solver, Stochastic, look
from nodes.contracts.state import State
from nodes.solver.dpmpp_2m import extrapolated
from nodes.solver.staying import stayed

X0, LEVEL = "dpmpp_2m_sde/x0", "dpmpp_2m_sde/s"


@node(abilities=abilities("stochastic"), cost=Estimate(calls=lambda steps: steps))
def dpmpp_2m_sde(*, path: bool = False) -> Solver:
    """SDE-DPM-Solver++(2M) (Lu et al. 2022, arXiv:2211.01095, section 5): DPM++ 2M SDE, midpoint.

    With λ = −ln s, h = λ' − λ, r = (λ − λ_before)/h and D = x0 + (x0 − x0_before)/(2r):
    x' = (σ'/σ) e^(−h) x + α' (1 − e^(−2h)) D + σ' √(1 − e^(−2h)) z. Steps without a step before, and those to or from
    s = 0 or inf, have D = x0. Where the level rises nothing is drawn, and the step is that of solver.dpmpp_2m. With
    `path` z is the increment of the row's one Brownian path over atan(s), so that more steps refine the same sample;
    the levels then do not differ by place.
    Weak order 2; 1 model call a step. Errors: a sample of tokens.
    """
    return Dpmpp2MSde(path)


class Dpmpp2MSde(Stochastic):
    """The method of `dpmpp_2m_sde`; in `past` the last x0 and the level that it was predicted at."""

    abilities = frozenset({"stochastic"})

    def __init__(self, path: bool = False) -> None:
        self.path = path

    def calls(self, steps: int) -> float:
        """One a step."""
        return steps

    def kernel(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> GaussianKernel:
        """The normal law of the next x."""
        begun = state.x
        state, x0 = look(model, state, s_next, ctx)
        s = moved(state.s, x0.device)
        aim = extrapolated(x0, state.past.get(X0), state.past.get(LEVEL), s, moved(s_next, x0.device))
        of_x, of_aim, std = shares(state.s, s_next)
        mean = factor(of_x, aim) * state.x + factor(of_aim, aim) * aim
        mean = stayed(begun, mean, state.s, s_next)
        reached = state.reached(mean, s_next)
        reached = replace(reached, past={**state.past, X0: x0, LEVEL: s})
        return GaussianKernel(mean, std, state, reached, path=self.path)


def shares(s: Tensor, s_next: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The factors of x and D in the mean, and the std, of a step from s to s_next; float64, like them."""
    (alpha, sigma), (alpha_next, sigma_next) = alpha_sigma(s), alpha_sigma(s_next)
    falls = s_next < s
    decay = torch.where(falls, s_next / s, 0.0)  # e^(−h), 0 from inf and to 0
    fresh = 1 - decay.square()
    over = torch.where(s == 0, 0.0, sigma_next / sigma)  # at s = 0 there is no ε to keep
    of_x = torch.where(falls, over * decay, over)
    of_aim = torch.where(falls, alpha_next * fresh, alpha_next - over * alpha)
    return of_x, of_aim, torch.where(falls, sigma_next * torch.sqrt(fresh), 0.0)
