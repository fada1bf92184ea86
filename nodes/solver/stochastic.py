"""Any deterministic solver as one of an SDE, with as much noise as one likes."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import torch
from torch import Tensor

from graphs import CurveOver, Estimate, InputError, Known, LevelCurve, abilities, also, node
from nodes.contracts.solver import Solver
from nodes.guidance.branches import values_at
from nodes.solver.renoising import Renoised
from nodes.solver.reverse_sde import NoiseScale

Diffusion: TypeAlias = Literal["eta", "flow"]
Strength: TypeAlias = Annotated[
    float | LevelCurve, CurveOver(minimum=0, maximum=10, step=0.05), also("w", "diffusion_coefficient")
]


def cost(known: Known) -> Estimate:
    """The inner solver's."""
    inner = known.input("solver")
    return Estimate(calls=inner.calls, saves=inner.saves)


@node(
    abilities=abilities(like="solver", without=("reversible",), depending={"stochastic": "eta"}),
    cost=cost,
    also=("solver.ode_to_sde",),
)
def stochastic(
    solver: Solver,
    *,
    eta: Strength = 1.0,
    kind: Diffusion = "eta",
    s_noise: NoiseScale = 1.0,
    path: bool = False,
) -> Solver:
    """A deterministic solver of the probability flow as one of an SDE with the same marginals (ODE to SDE).

    Of dx = [f x − ½ (1 + η²) g² score] dt + η g dW (Song et al. 2021, arXiv:2011.13456; Karras et al. 2022,
    arXiv:2206.00364, equation 6) the flow's part is the solver's: with y = x0 + s ε it steps from s down to s_down, and
    √(s'² − s_down²) z follows. "eta": s_down = s' (s'/s)^(η²), at η = 1 the ancestral split. "flow": `eta` is w of
    x += u dt + ½ w² score |dt| + w √|dt| z in the time of a flow, t = s/(1 + s), as η² = w²/(2 s), so
    s_down = s' exp(−½ w² (1/s' − 1/s)); w² = 2 t/(1 − t) is η = 1. Either may be a curve over the level, read where a
    step begins. η = 0 is the solver, bitwise; where the level rises nothing is drawn. With `path` z is the increment of
    the row's one Brownian path over atan(s), so that more steps refine the same sample; the levels then do not differ
    by place. `s_noise` other than 1 changes the law.
    Weak order: the solver's, where that has no memory; with one, 1 (earlier answers lie elsewhere than the flow would
    have been). Cost: the solver's calls. Errors: a solver that draws itself, couples two points, or is of tokens.
    """
    if eta == 0:
        return solver
    deterministic(solver)
    return OdeToSde(solver, eta, kind, s_noise, path=path)


def deterministic(solver: Solver) -> None:
    """`InputError` where a solver draws by itself, solves tokens, or couples two points, of which noise moves one."""
    if solver.abilities & {"stochastic", "tokens", "reversible"}:
        raise InputError(
            "noise is added to the steps of a deterministic solver of one point",
            where="solver",
            given=type(solver).__name__,
            allowed="a solver of points that draws nothing and does not go back exactly, as solver.heun",
            mend="set its `eta` to 0, or wire another solver",
        )


class OdeToSde(Renoised):
    """The method of `stochastic`."""

    def __init__(
        self, inner: Solver, eta: float | LevelCurve, kind: Diffusion, s_noise: float = 1.0, *, path: bool = False
    ) -> None:
        super().__init__(inner, s_noise=s_noise, path=path)
        self.eta = eta
        self.kind: Diffusion = kind

    def below(self, s: Tensor, s_next: Tensor) -> Tensor:
        """s_down."""
        strength = values_at(self.eta, s).square()
        if self.kind == "eta":
            share = torch.where(torch.isinf(s), 0.0, s_next / s)
            return s_next * share**strength
        apart = 1 / torch.where(s_next == 0, 1.0, s_next) - 1 / s
        return s_next * torch.exp(-strength / 2 * apart)
