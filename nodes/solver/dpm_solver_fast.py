"""DPM-Solver in groups of three questions, at the levels of the grid."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from graphs import Estimate, abilities, node
from nodes.contracts.context import Context
from nodes.contracts.devices import moved
from nodes.contracts.levels import Levels, alpha_sigma, beside, eps_of, log_snr
from nodes.contracts.model import Model
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver, look
from nodes.contracts.state import State
from nodes.solver.exponential import phi
from nodes.solver.stages import Answer, Stage
from nodes.solver.staying import stayed

NAME = "dpm_solver_fast"


@node(abilities=abilities(), cost=Estimate(calls=lambda steps: steps), also=("solver.dpm_fast",))
def dpm_solver_fast() -> Solver:
    """DPM-Solver-fast (Lu et al. 2022, arXiv:2206.00927, section 3.4): N calls in N steps, by groups of 3, 3, …, 2, 1.

    Three steps of the grid are one of third order: its first two levels, where x is of order 1 and 2, are the points in
    between, and x at the third is that of the first again, moved by ε: with λ = −ln s, h from the first to the third,
    φ_k = φ_k(h), and D1, D2 the derivatives of the parabola through the three ε over h: x' = (α'/α) x − σ' h (φ_1 ε +
    φ_2 D1 + φ_3 D2). On levels even in λ these are the points of solver.dpm_solver_3; as diffusers'
    DPMSolverSinglestepScheduler ("dpmsolver", "heun") it may have others. Of N steps the last are a group of 2
    (N = 2 mod 3), of 1 (N = 1), or 2 and 1 (N = 0). A step to or from s = 0 or inf is Euler's, and where the level
    turns, or a place stays, a group begins anew.
    Order 2 to 3, as the last groups are of lower order; 1 model call a step. Deterministic. Errors: a sample of tokens.
    """
    return DpmSolverFast()


class DpmSolverFast(Solver):
    """The method of `dpm_solver_fast`; in `past` the answers of a group so far, and where in it each place is."""

    def calls(self, steps: int) -> float:
        """One a step."""
        return steps

    def start(self, sample: Sample, levels: Levels, ctx: Context) -> State:
        """The state at the first level, which knows how many steps there will be."""
        state = super().start(sample, levels, ctx)
        count = torch.full((len(state.rows),), float(len(levels)), dtype=torch.float64)
        return replace(state, past={**state.past, f"{NAME}/steps": moved(count, state.x.device)})

    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """The end of a group, or a point within it."""
        begun = state.x
        state, x0 = look(model, state, s_next, ctx)
        here = Answer(x0, eps_of(state.x, x0, state.s))
        s, after = moved(state.s, x0.device), moved(s_next, x0.device)
        first_s, second_s, before, size = (self._told(state, name, s) for name in ("first_s", "second_s", "at", "size"))
        first = Answer(self._told(state, "first_x0", x0), self._told(state, "first_eps", x0))
        second = Answer(x0, self._told(state, "second_eps", x0))
        at = torch.where(going_on(first_s, s, after), before, 0.0)
        size = torch.where(at == 0, beside(self._group(state), s), size)
        reached = end_of(at, first_s, second_s, s, after).blended([first, second, here])
        new, fresh = torch.where((at + 1 < size) & (s != after), at + 1, 0.0), at == 0
        told = {
            "first_s": torch.where(fresh, s, first_s),
            "second_s": torch.where(fresh, second_s, s),
            "at": new,
            "size": size,
            "first_x0": torch.where(beside(fresh, x0), here.x0, first.x0),
            "first_eps": torch.where(beside(fresh, x0), here.eps, first.eps),
            "second_eps": here.eps,
        }
        state = state.reached(stayed(begun, reached, state.s, s_next), s_next)
        return replace(state, past={**state.past, **{f"{NAME}/{name}": entry for name, entry in told.items()}})

    def _told(self, state: State, name: str, like: Tensor) -> Tensor:
        found = state.past.get(f"{NAME}/{name}")
        return torch.zeros_like(like) if found is None else found

    def _group(self, state: State) -> Tensor:
        """How many steps the group has that would begin now, [B] on the device."""
        made = moved(state.step, state.x.device).double()
        steps = self._told(state, "steps", made)
        left = torch.where(steps == 0, torch.inf, steps - made)
        return torch.where(left > 3, 3.0, torch.where(left > 1, 2.0, 1.0))  # noqa: PLR2004 - groups of three


def going_on(first: Tensor, s: Tensor, s_next: Tensor) -> Tensor:
    """Where the step goes on the way that the group has taken from its first level, between data and pure noise."""
    begin, here, after = log_snr(first), log_snr(s), log_snr(s_next)
    known = torch.isfinite(begin) & torch.isfinite(here) & torch.isfinite(after)
    return known & ((after - here) * (here - begin) > 0)


def end_of(at: Tensor, first: Tensor, second: Tensor, s: Tensor, s_next: Tensor) -> Stage:
    """The point at s_next by the answers at the group's first and second level and here, where `at` were before."""
    alpha, sigma = alpha_sigma(s_next)
    begin, here = log_snr(torch.where(at > 0, first, s_next)), log_snr(torch.where(at > 0, s, s_next))
    h = log_snr(torch.where(at > 0, s_next, 1.0)) - torch.where(at > 0, begin, 0.0)
    whole = torch.where(at > 0, h, 1.0)
    share = torch.where(at > 0, (here - begin) / whole, 1.0)
    early = torch.where(at > 1, (log_snr(torch.where(at > 1, second, 1.0)) - begin) / whole, 0.5 * share)
    bend, turn = -sigma * whole * phi(2, whole), -sigma * whole * phi(3, whole)
    apart = share - early
    of_here = torch.where(at > 1, (2 * turn - early * bend) / (share * apart), bend / share)
    of_second = torch.where(at > 1, (share * bend - 2 * turn) / (early * apart), 0.0)
    one, none = at == 0, torch.zeros_like(sigma)
    return Stage(
        s_next,
        (torch.where(one, 0.0, alpha), None, torch.where(one, alpha, 0.0)),
        (
            torch.where(one, none, sigma - of_here - of_second),
            torch.where(one, none, of_second),
            torch.where(one, sigma, of_here),
        ),
    )
