"""Cyclic one-way diffusion: what is known is told again at the end of every cycle of noising and denoising."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import torch
from torch import Tensor

from graphs import Estimate, InputError, Known, Number, Span, abilities, also, node
from nodes.contracts.context import Context
from nodes.contracts.levels import Levels, beside
from nodes.contracts.media import Image
from nodes.contracts.model import Model
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.contracts.state import State
from nodes.solver.painting import Original, original_of
from nodes.solver.restart import Restart
from nodes.solver.stochastic import deterministic

PURPOSE, RETURNS = "cyclic_one_way", 1000
"""Draws of the known part; those of the steps are numbered from 1000 on, beside those of a cycle."""


def cost(known: Known) -> Estimate:
    """The inner solver's, and at the most that of all cycles."""
    inner = known.input("solver")
    calls = inner.calls
    if calls is None:
        return inner
    again = calls(known.number("num_cycle_steps") + Span.of(1)) * known.number("cycles")
    return Estimate(calls=lambda steps: calls(steps) + Span(0, again.high), saves=inner.saves)


@node(abilities=abilities("stochastic", like="solver", without=("reversible",)), cost=cost, also=("solver.cow",))
def cyclic_one_way(
    solver: Solver,
    original: Sample,
    mask: Image,
    *,
    cycles: Annotated[int, Number(integer=True, minimum=0, maximum=999), also("num_cycles")] = 10,
    s_min: Annotated[float, Number(minimum=1e-6, maximum=1e6, scale="log"), also("t_min")] = 1.0,
    s_max: Annotated[float, Number(minimum=1e-6, maximum=1e6, scale="log"), also("t_max")] = 3.0,
    num_cycle_steps: Annotated[int, Number(integer=True, minimum=1, maximum=1000)] = 3,
    s_end: Annotated[float, Number(minimum=0, maximum=1e6)] = 0.3,
) -> Solver:
    """Cyclic one-way diffusion (Wang et al. 2023, arXiv:2306.08247): a known part spreads into the rest, not back.

    At the last of the levels that is not below `s_min`, `cycles` times: fresh noise takes the sample up to `s_max`, the
    deterministic `solver` brings it down again in `num_cycle_steps` steps, and the known part is drawn anew from
    q(x_s | original) = α x0 + σ z. The model, seeing it at `s_max` noised, has time to fit the rest to it. So the known
    part is also put in after every other step that ends above `s_end`; below it all is left to the model, and seams
    close. Each cycle brings the rest nearer to what goes with the known part; a bias stays, smaller for a low and
    narrow window, which takes more cycles. `original` [R, C, H, W] is clean, `mask` white where it is made anew; row r
    has `origin mod R`. Begin with noise.noised of the original, pasted on a canvas. solver.restart over solver.inpaint
    puts the known part in at each step of a cycle instead. Defaults are starting points, not confirmed.
    Cost: the solver's calls, and of `num_cycle_steps` + 1 steps more at the most for each cycle.
    Errors: s_min not below s_max; a solver that draws itself, couples two points, or is of tokens; an original that is
    noised or of another space; a mask of another shape.
    """
    deterministic(solver)
    if not s_min < s_max:
        raise InputError("s_min is not below s_max", given=f"{s_min:g} and {s_max:g}", mend="lower s_min")
    known = original_of(original, mask, None, binarize=True)
    return CyclicOneWay(solver, known, cycles, (s_min, s_max), num_cycle_steps, s_end)


class CyclicOneWay(Restart):
    """The method of `cyclic_one_way`."""

    def __init__(
        self, inner: Solver, original: Original, cycles: int, window: tuple[float, float], steps: int, end: float
    ) -> None:
        super().__init__(inner, cycles, window, steps)
        self.original, self.end = original, end

    def start(self, sample: Sample, levels: Levels, ctx: Context) -> State:
        """The inner solver's, for pictures like the original."""
        self.original.require(sample.space)
        return super().start(sample, levels, ctx)

    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """The cycles, where they are due, and the inner solver's step; above `s_end` the known part is put in."""
        after = super().step(model, state, s_next, ctx)
        told = self.told(replace(after, step=state.step), RETURNS, ctx)
        return replace(after, x=torch.where(beside(after.s > self.end, told.x), told.x, after.x))

    def ended(self, state: State, number: int, ctx: Context) -> State:
        """The known part, drawn anew."""
        return self.told(state, number, ctx)

    def told(self, state: State, draw: int, ctx: Context) -> State:
        """The state with the known part put in, by fresh noise: a point that the model has not been asked about."""
        noise = ctx.noise.normal(state, PURPOSE, draw)
        return replace(state, x=self.original.put_into(state.x, noise, state.s, state.rows), pred_to=None)
