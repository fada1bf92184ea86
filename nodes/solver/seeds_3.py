"""SEEDS with three stages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from torch import Tensor

from graphs import InputError, Number, abilities, also, node
from nodes.contracts.solver import Solver
from nodes.solver.exponential import phi
from nodes.solver.reverse_sde import Eta, NoiseScale, grown
from nodes.solver.stages_sde import StagesSde, stages_sde_cost
from nodes.solver.undrawn import Undrawn


@node(abilities=abilities("memoryless", depending={"stochastic": "eta"}), cost=stages_sde_cost(3))
def seeds_3(
    *,
    eta: Eta = 1.0,
    s_noise: NoiseScale = 1.0,
    first: Annotated[float, Number(minimum=0.05, maximum=1), also("r_1")] = 1 / 3,
    second: Annotated[float, Number(minimum=0.05, maximum=1), also("r_2")] = 2 / 3,
    path: bool = False,
) -> Solver:
    """SEEDS-3, a stochastic exponential method that asks three times (Gonzalez et al. 2023, arXiv:2305.14267).

    solver.seeds_2 with points at λ + r_1 h and λ + r_2 h, r_1 = `first` below r_2 = `second`: with H = (1 + η) h the
    second has (r_2/r_1) r_2 H φ_2(−r_2 H) α (x0_1 − x0) more than with x0 held, and the end H φ_2(−H)/r_2 α'
    (x0_2 − x0), φ_2(z) = (e^z − 1 − z)/z². η is that of ComfyUI, the square of what scales g; the paper has η = 1.
    η = 0 draws nothing. Steps to or from s = 0 or inf hold x0. Where the level rises nothing is drawn. With `path`
    the noise is the row's one Brownian path over atan(s); the levels then do not differ by place. `s_noise` other than
    1 changes the law.
    Order 3 where nothing is drawn, weak order 2 with noise (as measured on normal data). 3 model calls a step, 1 where
    x0 is held. The noise on the way is drawn before the kernel is told, which is the law of x' given it.
    Errors: r_1 not below r_2; a sample of tokens.
    """
    if not first < second:
        raise InputError("the points are not in order", given=f"{first:g} and {second:g}", mend="raise the second")
    solver = Seeds3(eta, s_noise, (first, second), path=path)
    return solver if eta else Undrawn(solver)


class Seeds3(StagesSde):
    """The method of `seeds_3`."""

    def __init__(self, eta: float, s_noise: float, points: tuple[float, float], *, path: bool) -> None:
        super().__init__(eta, s_noise, path=path)
        self.points = points

    def weights(self, s: Tensor, at: Tensor, count: int) -> Sequence[Tensor | None]:
        """None at the first point; of the first answer at the second; of the second at the end."""
        length, (first, second) = grown(s, at, self.eta), self.points
        if not count:
            return ()
        if count == 1:  # `at` is the second point, so the length is r_2 H
            return (second / first * length * phi(2, -length),)
        return (None, length * phi(2, -length) / second)
