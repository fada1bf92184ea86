"""The stochastic DPM-Solver++ with three points."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, TypeAlias

import torch
from torch import Tensor

from graphs import Estimate, abilities, node
from nodes.contracts.context import Context
from nodes.contracts.kernel import GaussianKernel
from nodes.contracts.model import Model
from nodes.contracts.solver import Solver, look
from nodes.contracts.state import State
from nodes.solver.dpmpp_3m import dpmpp_3m
from nodes.solver.dpmpp_3m_compat import dpmpp_3m_compat, halved
from nodes.solver.exponential import measurable
from nodes.solver.exponential_adams import ExponentialAdams, exponential_moments
from nodes.solver.multistep import Weighted
from nodes.solver.reverse_sde import Eta, NoiseScale, grown, held_sde
from nodes.solver.staying import stayed

Form: TypeAlias = Literal["taylor", "compat"]


@node(abilities=abilities(depending={"stochastic": "eta"}), cost=Estimate(calls=lambda steps: steps))
def dpmpp_3m_sde(*, eta: Eta = 1.0, s_noise: NoiseScale = 1.0, form: Form = "taylor", path: bool = False) -> Solver:
    """DPM++ 3M SDE of k-diffusion: SDE-DPM-Solver++ (Lu et al. 2022, arXiv:2211.01095, section 5) with three points.

    With λ = −ln s, h = λ' − λ, H = (1 + η) h, r0 and r1 the last two steps in units of h, D10 = (m − m1)/r0,
    D11 = (m1 − m2)/r1, D1 = D10 + r0 (D10 − D11)/(r0 + r1) and D2 = κ (D10 − D11)/(r0 + r1):
    x' = (σ'/σ) e^(−η h) x + α' (1 − e^(−H)) m + α' H φ_2(−H) D1 + α' H φ_3(−H) D2 + s_noise σ' √(1 − e^(−2 η h)) z.
    "taylor" has κ = 2, the parabola through three predictions; "compat" κ = 1, as k-diffusion and diffusers have it.
    The second step of a row has D2 = 0 and D1 = D10, its first, and those to or from s = 0 or inf, hold m. η = 0 is
    solver.dpmpp_3m or solver.dpmpp_3m_compat without their `lower_order_final`, but for the second step. Where the
    level rises nothing is drawn. With `path` z is the increment of the row's one Brownian path over atan(s); the levels
    then do not differ by place. `s_noise` other than 1 changes the law.
    Weak order 2; 1 model call a step. Errors: a sample of tokens.
    """
    if eta == 0:
        return (dpmpp_3m if form == "taylor" else dpmpp_3m_compat)(lower_order_final=False)
    return Dpmpp3MSde(eta, s_noise, form, path=path)


class Dpmpp3MSde(ExponentialAdams):
    """The method of `dpmpp_3m_sde` with η above 0."""

    abilities = frozenset({"stochastic"})

    def __init__(self, eta: float, s_noise: float, form: Form, *, path: bool) -> None:
        super().__init__("dpmpp_3m_sde", 3)
        self.eta, self.s_noise, self.path = eta, s_noise, path
        self.form: Form = form

    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """A draw from the kernel."""
        kernel = self.kernel(model, state, s_next, ctx)
        return kernel.at(kernel.sample(ctx))

    def kernel(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> GaussianKernel:
        """The normal law of the next x."""
        begun = state.x
        state, x0 = look(model, state, s_next, ctx)
        law = held_sde(state.s, s_next, self.eta)
        mean = self.bent(Weighted((law.of_x0, law.of_x), (x0, state.x), 0), state, s_next)
        mean = stayed(begun, mean, state.s, s_next)
        reached = replace(state.reached(mean, s_next), past=self.kept(state, x0))
        return GaussianKernel(mean, self.s_noise * law.std, state, reached, path=self.path)

    def moments(self, s: Tensor, s_next: Tensor) -> Tensor:
        """∫ u^j over the step, weighed: H j! φ_(j+1)(−H)."""
        known = measurable(s, s_next)
        length = grown(torch.where(known, s, 1.0), torch.where(known, s_next, 1.0), self.eta)
        return exponential_moments(length, self.order - 1)

    def weights(self, nodes: Tensor, used: Tensor, s: Tensor, s_next: Tensor) -> Tensor:
        """Those of the parabola; "compat" less half of what its second difference adds."""
        exact = super().weights(nodes, used, s, s_next)
        return exact if self.form == "taylor" else halved(exact, nodes, used, self.moments(s, s_next))
