"""PLMS: pseudo linear multistep, with its ways to begin."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, TypeAlias

import torch
from torch import Tensor

from graphs import Estimate, Known, Span, abilities, node
from nodes.contracts.context import Context
from nodes.contracts.devices import put_rows, take_rows
from nodes.contracts.levels import alpha_sigma, eps_of, factor
from nodes.contracts.model import Model
from nodes.contracts.process import Process
from nodes.contracts.solver import Solver, look, probe
from nodes.contracts.state import State
from nodes.processes.named import ProcessName, process_named
from nodes.solver.ipndm import Pseudo
from nodes.solver.staying import stayed

Start: TypeAlias = Literal["heun", "runge_kutta", "euler"]
STEPS = {"heun": 1, "runge_kutta": 3, "euler": 0}
"""How many steps are made in the way of the start."""
EXTRA = {"heun": 1, "runge_kutta": 3, "euler": 0}
"""The calls that each of them needs beyond the first."""


def cost(known: Known) -> Estimate:
    """One a step, and those of the start; fewer where the levels begin at pure noise."""
    start = known.value("start")
    most = max(STEPS[name] * EXTRA[name] for name in STEPS if start in (None, name))
    return Estimate(calls=lambda steps: Span(steps.low, steps.high + most))


@node(abilities=abilities(), cost=cost, also=("solver.pndm",))
def plms(*, start: Start = "heun", process: ProcessName = "ddpm_scaled_linear") -> Solver:
    """PLMS, also called PNDM (Liu et al. 2022, arXiv:2202.09778, equations 9, 12 and 13).

    DDIM with ε' = (55 ε − 59 ε1 + 37 ε2 − 9 ε3)/24 over the last four answers, as solver.ipndm. It begins with "heun":
    the first step is made with the mean of the ε at both its ends (as Stable Diffusion and diffusers'
    skip_prk_steps = True have it), then lower orders; "runge_kutta", the paper's: three steps of pseudo Runge–Kutta 4,
    ε' = (ε_1 + 2 ε_2 + 2 ε_3 + ε_4)/6, the second and third asked for at the middle of the step in the time of
    `process`; or "euler", lower orders alone. Such a start needs levels between 0 and inf. The weights are those of
    steps that are even in the time of the network.
    Order 2 as the steps become many, before that almost 4; 1 model call a step, and 1 or 9 more for the start.
    Deterministic. Errors: a sample of tokens.
    """
    return Plms(start, process_named(process))


class Plms(Pseudo):
    """The method of `plms`."""

    def __init__(self, begins: Start, process: Process) -> None:
        super().__init__("plms", 4)
        self.begins: Start = begins
        self.clock = process

    def calls(self, steps: int) -> float:
        """One a step, and those of the start, which the last step has none of."""
        return steps + EXTRA[self.begins] * min(STEPS[self.begins], steps - 1)

    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """The multistep method; for a row's first steps what it begins with."""
        begun = state.x
        state, x0 = look(model, state, s_next, ctx)
        after = super().step(model, state, s_next, ctx)
        rows = (state.step < STEPS[self.begins]) & inside(state.s) & inside(s_next)
        if not bool(rows.any()):
            return after
        index = rows.nonzero()[:, 0]
        part, to = state.take(index), s_next[index]
        eps = self.direction(model, part, eps_of(part.x, take_rows(x0, index), part.s), to, ctx)
        reached = stayed(take_rows(begun, index), transferred(part, eps, to), part.s, to)
        return replace(after, x=put_rows(after.x, index, reached))

    def direction(self, model: Model, state: State, eps: Tensor, s_next: Tensor, ctx: Context) -> Tensor:
        """The ε' of a step that is made without earlier answers."""
        if self.begins == "heun":
            return (eps + probe(model, state, transferred(state, eps, s_next), s_next, ctx)[1]) / 2
        half = self.clock.level((self.clock.time(state.s) + self.clock.time(s_next)) / 2)
        _, second = probe(model, state, transferred(state, eps, half), half, ctx)
        _, third = probe(model, state, transferred(state, second, half), half, ctx)
        _, fourth = probe(model, state, transferred(state, third, s_next), s_next, ctx)
        return (eps + 2 * second + 2 * third + fourth) / 6


def inside(s: Tensor) -> Tensor:
    """For each row, whether its levels lie between 0 and inf at all places."""
    return ((s > 0) & torch.isfinite(s)).reshape(len(s), -1).all(1)


def transferred(state: State, eps: Tensor, to: Tensor) -> Tensor:
    """DDIM's step along ε: x/α + (s' − s) ε at level s', as x."""
    (alpha, _), (reached, _) = alpha_sigma(state.s), alpha_sigma(to)
    return factor(reached / alpha, eps) * state.x + factor(reached * (to - state.s), eps) * eps
