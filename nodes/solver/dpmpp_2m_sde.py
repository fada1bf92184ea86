"""The stochastic DPM-Solver++ with two points."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, TypeAlias

import torch
from torch import Tensor

from graphs import Estimate, abilities, node
from nodes.contracts.context import Context
from nodes.contracts.devices import moved
from nodes.contracts.kernel import GaussianKernel
from nodes.contracts.levels import alpha_sigma
from nodes.contracts.model import Model
from nodes.contracts.solver import Solver, Stochastic, look
from nodes.contracts.state import State
from nodes.solver.dpmpp_2m import LEVEL, X0, Dpmpp2M, extrapolated
from nodes.solver.exponential import measurable, phi
from nodes.solver.reverse_sde import Eta, NoiseScale, grown, held_sde
from nodes.solver.staying import stayed
from nodes.solver.undrawn import Undrawn

SolverType: TypeAlias = Literal["midpoint", "heun"]


@node(abilities=abilities(depending={"stochastic": "eta"}), cost=Estimate(calls=lambda steps: steps))
def dpmpp_2m_sde(
    *, eta: Eta = 1.0, s_noise: NoiseScale = 1.0, solver_type: SolverType = "midpoint", path: bool = False
) -> Solver:
    """SDE-DPM-Solver++(2M) (Lu et al. 2022, arXiv:2211.01095, section 5): DPM++ 2M SDE.

    With λ = −ln s, h = λ' − λ, H = (1 + η) h and r = (λ − λ_before)/h:
    x' = (σ'/σ) e^(−η h) x + α' (1 − e^(−H)) x0 + α' w (x0 − x0_before)/r + s_noise σ' √(1 − e^(−2 η h)) z, where w is
    (1 − e^(−H))/2 for "midpoint" and 1 − (1 − e^(−H))/H for "heun", as in k-diffusion and diffusers. η = 1 is the
    paper's; η = 0 draws nothing, and with "midpoint" is solver.dpmpp_2m, bitwise. Steps without a step before, and
    those to or from s = 0 or inf, have w = 0. Where the level rises nothing is drawn, and the step is that of η = 0.
    With `path` z is the increment of the row's one Brownian path over atan(s), so that more steps refine the same
    sample; the levels then do not differ by place. `s_noise` other than 1 changes the law.
    Weak order 2; 1 model call a step. Errors: a sample of tokens.
    """
    if eta == 0 and solver_type == "midpoint":
        return Dpmpp2M()
    solver = Dpmpp2MSde(eta, s_noise, solver_type, path=path)
    return solver if eta else Undrawn(solver)


class Dpmpp2MSde(Stochastic):
    """The method of `dpmpp_2m_sde`; in `past` the last x0 and the level that it was predicted at."""

    abilities = frozenset({"stochastic"})

    def __init__(
        self, eta: float = 1.0, s_noise: float = 1.0, solver_type: SolverType = "midpoint", *, path: bool = False
    ) -> None:
        self.eta, self.s_noise, self.path = eta, s_noise, path
        self.solver_type: SolverType = solver_type

    def calls(self, steps: int) -> float:
        """One a step."""
        return steps

    def kernel(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> GaussianKernel:
        """The normal law of the next x."""
        begun = state.x
        state, x0 = look(model, state, s_next, ctx)
        law = held_sde(state.s, s_next, self.eta)
        # D = x0 + (x0 − x0_before)/(2r)
        bend = law.of_x0 + self.excess(state.s, s_next) if self.solver_type == "heun" else law.of_x0
        mean = extrapolated(law.of_x0, law.of_x, bend, state, x0, s_next)
        mean = stayed(begun, mean, state.s, s_next)
        reached = state.reached(mean, s_next)
        reached = replace(reached, past={**state.past, X0: x0, LEVEL: moved(state.s, x0.device)})
        return GaussianKernel(mean, self.s_noise * law.std, state, reached, path=self.path)

    def excess(self, s: Tensor, s_next: Tensor) -> Tensor:
        """By how much "heun" weighs D − x0 more than "midpoint" does: α' (2 H φ_2(−H) − (1 − e^(−H)))."""
        known = measurable(s, s_next)
        length = grown(torch.where(known, s, 1.0), torch.where(known, s_next, 1.0), self.eta)
        return alpha_sigma(s_next)[0] * length * (2 * phi(2, -length) - phi(1, -length))
