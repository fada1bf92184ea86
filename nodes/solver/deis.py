"""DEIS: Adams and Bashforth's method on ε, with polynomials in a variable of choice."""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

import numpy as np
import torch
from torch import Tensor

from graphs import Estimate, abilities, node
from nodes.contracts.devices import moved
from nodes.contracts.levels import eps_of
from nodes.contracts.process import Process
from nodes.contracts.solver import Solver
from nodes.contracts.state import State
from nodes.processes.named import ProcessName, process_named
from nodes.solver.exponential import held, length, phis
from nodes.solver.history import in_line, recalled
from nodes.solver.multistep import Multistep, Weighted, before_end
from nodes.solver.unic import Order

Variable: TypeAlias = Literal["log_snr", "rho", "time"]
POINTS = 24
"""Of the quadrature over a step, where the polynomial's variable is the time of a process."""


@node(abilities=abilities(), cost=Estimate(calls=lambda steps: steps))
def deis(
    *,
    order: Order = 3,
    variable: Variable = "log_snr",
    process: ProcessName = "vp_linear",
    lower_order_final: bool = False,
) -> Solver:
    """DEIS (Zhang & Chen 2023, arXiv:2204.13902, equations 14 and 15): exponential Adams–Bashforth.

    With y = x0 + s·ε a step is y' = y + ∫ ε ds from s to s', ε the polynomial through the last `order` answers: in
    λ = −ln s ("log_snr", as in diffusers' DEISMultistepScheduler), in s itself ("rho", the paper's ρAB, solver.lms), or
    in the time of `process` ("time", the paper's tAB; 24 points of Gauss and Legendre in λ). A row's first steps are of
    lower order, and so are those after a turn of the levels and from s = 0 or inf; the step to s = 0, where λ has no
    end, is made in s (ε = −s times the score is smooth there). `lower_order_final`: of fewer than 15 steps the last is
    of order 1 and the one before of order 2, as diffusers has it; on exact models it is better without. There order 4
    is better still, but on networks under guidance several times worse (tests/benchmarks/guided.py).
    Order: `order`; 1 model call a step. Deterministic. Errors: a sample of tokens.
    """
    timed = process_named(process) if variable == "time" else None
    return Deis("deis", order, variable, timed, lower_order_final=lower_order_final)


class Deis(Multistep):
    """The method of `deis`."""

    def __init__(
        self,
        name: str,
        order: int,
        variable: Variable,
        process: Process | None = None,
        *,
        lower_order_final: bool = False,
    ) -> None:
        super().__init__(name, order, lower_order_final=lower_order_final)
        self.variable: Variable = variable
        self.process = process

    def straight(self, x: Tensor, x0: Tensor, s: Tensor, s_next: Tensor) -> Weighted:
        """Of x0 and x; ε counts nothing yet."""
        return Weighted((*held(s, s_next), torch.zeros_like(s)), (x0, x, eps_of(x, x0, s)), 2)

    def coordinate(self, s: Tensor) -> Tensor:
        """The variable of the polynomials."""
        if self.process is not None:
            return self.process.time(s)
        return s.double() if self.variable == "rho" else super().coordinate(s)

    def known(self, state: State, s_next: Tensor, device: torch.device) -> tuple[Tensor, Tensor]:
        """Where the earlier answers lie, in units of the step: in s where λ has no end."""
        nodes, used = super().known(state, s_next, device)
        if self.variable != "log_snr" or not bool((s_next == 0).any()):
            return nodes, used
        s, to = moved(state.s, device), moved(s_next, device)
        earlier = recalled(state.past, f"{self.name}/s", self.order - 1)
        lined = before_end(state.past, self.name, to, in_line(to, s, earlier))
        return torch.where(to == 0, 1 - torch.stack(earlier) / s, nodes), torch.where(to == 0, lined, used)

    def moments(self, s: Tensor, s_next: Tensor) -> Tensor:
        """∫ u^j ds over the step."""
        powers = range(1, self.order)
        if self.process is not None:
            return self.quadrature(s, s_next)
        if self.variable == "rho":
            return torch.stack([(s_next - s) / (power + 1) for power in powers])
        h = length(s, s_next)
        whole = -s_next * h
        in_log = [whole * phi * math.factorial(power) for power, phi in enumerate(phis(self.order, h)[1:], 1)]
        in_s = [-s / (power + 1) for power in powers]
        return torch.where(s_next == 0, torch.stack(in_s), torch.stack(in_log))

    def quadrature(self, s: Tensor, s_next: Tensor) -> Tensor:
        """The moments by points even in λ, or in s on the way to 0, where the time is smooth."""
        share, each = (beside_levels(values, s) for values in np.polynomial.legendre.leggauss(POINTS))
        share, each = (1 + share) / 2, each / 2
        h = length(s, s_next)
        points = torch.where(h == 0, s + share * (s_next - s), s * torch.exp(-h * share))
        weights = each * torch.where(h == 0, s_next - s, -h * points)
        begun = self.coordinate(s)
        u = (self.coordinate(points) - begun) / (self.coordinate(s_next) - begun)
        return torch.stack([(weights * u**power).sum(0) for power in range(1, self.order)])


def beside_levels(values: np.ndarray[tuple[int], np.dtype[np.float64]], s: Tensor) -> Tensor:
    """Numbers [K] as [K, 1, …], to stand before levels."""
    return torch.from_numpy(values).reshape(-1, *(1,) * s.ndim)
