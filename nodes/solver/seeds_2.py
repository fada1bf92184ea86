"""SEEDS with two stages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from torch import Tensor

from graphs import abilities, node
from nodes.contracts.solver import Solver
from nodes.solver.dpm_solver_2 import Share
from nodes.solver.exponential import phi
from nodes.solver.reverse_sde import Eta, NoiseScale, grown
from nodes.solver.stages_sde import StagesSde, stages_sde_cost
from nodes.solver.undrawn import Undrawn

Rule: TypeAlias = Literal["phi_1", "phi_2"]


@node(abilities=abilities("memoryless", depending={"stochastic": "eta"}), cost=stages_sde_cost(2))
def seeds_2(
    *,
    eta: Eta = 1.0,
    s_noise: NoiseScale = 1.0,
    share: Share = 0.5,
    solver_type: Rule = "phi_1",
    path: bool = False,
) -> Solver:
    """SEEDS-2, a stochastic exponential method that asks twice (Gonzalez et al. 2023, arXiv:2305.14267, Algorithm 2).

    With λ = −ln s, h = λ' − λ, H = (1 + η) h and r = `share`: the point at λ + r h is drawn from the SDE with x0 held,
    σ_q/σ e^(−η r h) x + α_q (1 − e^(−r H)) x0 + σ_q √(1 − e^(−2 η r h)) z, x0_q is asked for there, and
    x' = σ'/σ e^(−η h) x + α' (1 − e^(−H)) x0 + α' w (x0_q − x0) + σ' √(1 − e^(−2 η h)) z', with w = (1 − e^(−H))/(2r)
    for "phi_1" and (1 − (1 − e^(−H))/H)/r for "phi_2", and with z' made of z and of fresh noise as the SDE has it. η is
    that of ComfyUI, the square of what scales g; the paper has η = 1. η = 0 draws nothing. Steps to or from s = 0 or
    inf have w = 0. Where the level rises nothing is drawn, as with η = 0. With `path` the noise is the row's one
    Brownian path over atan(s); the levels then do not differ by place. `s_noise` other than 1 changes the law.
    Weak order 2; 2 model calls a step, 1 where w = 0. The noise on the way is drawn before the kernel is told, which is
    the law of x' given it. Errors: a sample of tokens.
    """
    solver = Seeds2(eta, s_noise, share, solver_type, path=path)
    return solver if eta else Undrawn(solver)


class Seeds2(StagesSde):
    """The method of `seeds_2`."""

    def __init__(self, eta: float, s_noise: float, share: float, solver_type: Rule, *, path: bool) -> None:
        super().__init__(eta, s_noise, path=path)
        self.points = (share,)
        self.solver_type: Rule = solver_type

    def weights(self, s: Tensor, at: Tensor, count: int) -> Sequence[Tensor | None]:
        """The w at the end."""
        if not count:
            return ()
        length, (share,) = grown(s, at, self.eta), self.points
        if self.solver_type == "phi_1":
            return (length * phi(1, -length) / (2 * share),)
        return (length * phi(2, -length) / share,)
