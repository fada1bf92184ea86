"""Inpainting with any model: what is known is put in again after each step."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Annotated

import torch
from torch import Tensor

from graphs import Estimate, InputError, Known, abilities, also, node
from nodes.contracts.context import Context
from nodes.contracts.devices import moved
from nodes.contracts.kernel import GaussianKernel
from nodes.contracts.levels import Levels, beside, factor
from nodes.contracts.media import Image
from nodes.contracts.model import Model
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.contracts.state import State
from nodes.solver.over import Over
from nodes.solver.painting import Original, original_of
from nodes.solver.staying import stayed

EPS, END = "inpaint/eps", "inpaint/end"


def cost(known: Known) -> Estimate:
    """The inner solver's."""
    inner = known.input("solver")
    return Estimate(calls=inner.calls, saves=inner.saves)


@node(abilities=abilities(like="solver", without=("memoryless", "reversible")), cost=cost)
def inpaint(
    solver: Solver,
    original: Sample,
    mask: Image,
    noise: Sample | None = None,
    *,
    binarize: Annotated[bool, also("do_binarize")] = True,
    clean_end: bool = False,
) -> Solver:
    """Inpainting with an ordinary model: after each step what is known is put in again, at the step's level.

    x ← (1 − m) ⊙ (x0 + s' ε)/√(1 + s'²) + m ⊙ x. x0 is the clean `original`, [R, C, H, W] of pixels or latents; m the
    `mask`, white where it is made anew; ε the noise that sampling begins with: the pure noise itself, or what a noised
    start has beside the original, or the pure `noise` that is wired. At s' = 0 the known part is the original, bitwise.
    So diffusers inpaints with a model of 4 channels; replacement was in Song et al. 2021 (arXiv:2011.13456) and RePaint
    (arXiv:2201.09865). The model sees in each step what it could not foresee in the one before, so seams may show;
    solver.restart around this goes up and down again, as RePaint does, and mends them.
    A mask of k times the height and width of latents is scaled as diffusers does, by the nearest pixel: the upper left
    one of each k × k. m is 1 from half white on, or with `binarize` off by degrees. Row r has the picture, mask and
    noise `origin mod R`. With `clean_end` the known part is the original itself at the last of the levels even where
    that is above 0, as in diffusers with a scheduler that ends there; leave it off where other steps follow.
    Order: the solver's. Cost: the solver's calls.
    Errors: an original that is noised or of another space than the sample; a mask of another shape; noise that is not
    pure; a solver of tokens.
    """
    if "tokens" in solver.abilities:
        raise InputError(
            "tokens have no places to paint",
            where="solver",
            given=type(solver).__name__,
            allowed="a solver of points of real numbers",
            mend="wire another solver",
        )
    return Inpaint(solver, original_of(original, mask, noise, binarize=binarize), clean_end=clean_end)


class Inpaint(Over):
    """The method of `inpaint`; in `past` the noise of the known part, 0 in rows where it is not known yet.

    With `clean_end` also the last level.
    """

    def __init__(self, inner: Solver, original: Original, *, clean_end: bool = False) -> None:
        super().__init__(inner)
        self.abilities = inner.abilities - {"memoryless", "reversible"}
        self.original, self.clean_end = original, clean_end

    def start(self, sample: Sample, levels: Levels, ctx: Context) -> State:
        """The inner solver's, and the noise that the sample begins with."""
        self.original.require(sample.space)
        state = super().start(sample, levels, ctx)
        eps = self.original.noise_in(sample.x, sample.s, sample.rows)
        own = {EPS: eps}
        if self.clean_end:
            own[END] = moved(levels.of(sample.rows)[-1].clone(), eps.device)
        return replace(state, past={**state.past, **own})

    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """The inner solver's step, or a draw from its kernel, and the known part put in."""
        if "stochastic" in self.abilities:
            kernel = self.kernel(model, state, s_next, ctx)
            return kernel.at(kernel.sample(ctx))
        eps = self.eps(state)
        after = self.inner.step(model, state, s_next, ctx)
        return self.painted(state, after, after.x, eps)

    def kernel(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> PaintedKernel:
        """The inner solver's, normal where the picture is made anew and a point elsewhere."""
        eps = self.eps(state)
        kernel = self.inner.kernel(model, state, s_next, ctx)
        if not isinstance(kernel, GaussianKernel):
            raise InputError(
                "the law of the solver's steps is not normal",
                where="inpaint.solver",
                given=type(self.inner).__name__,
                allowed="a solver that draws normal noise, or nothing",
                mend="wire solver.inpaint inside that solver instead of around it",
            )
        anew = self.original.anew(state.rows)
        reached = self.painted(state, kernel.reached, kernel.mean, eps)
        std = beside(kernel.std, anew) * anew
        return PaintedKernel(reached.x, std, kernel.begun, reached, kernel.purpose, kernel.path)

    def painted(self, begun: State, after: State, x: Tensor, eps: Tensor) -> State:
        """The state after a step at x, with the known part put in: a point that the model has not been asked about."""
        put = self.original.put_into(x, eps, after.s, begun.rows, begun.past.get(END))
        own = {EPS: eps, **{name: begun.past[name] for name in (END,) if name in begun.past}}
        x = stayed(begun.x, put, begun.s, after.s)
        return replace(after, x=x, pred_to=None, past={**after.past, **own})

    def eps(self, state: State) -> Tensor:
        """The noise of the known part; in rows that began without this solver what is in them beside the original."""
        begun, now = state.past.get(EPS), self.original.noise_in(state.x, state.s, state.rows)
        if begun is None:
            return now
        known = (begun != 0).flatten(1).any(1)
        return torch.where(beside(known, begun), begun, now)


@dataclass(frozen=True)
class PaintedKernel(GaussianKernel):
    """A normal next x where the picture is made anew; `std` [B, 1, H, W] is 0 where it is known."""

    def log_prob(self, x: Tensor) -> Tensor:
        """That of the places where something is drawn."""
        std = factor(self.std, x).double()
        drawn = std > 0
        safe = torch.where(drawn, std, 1.0)
        each = -0.5 * ((x.double() - self.mean.double()) / safe).square() - safe.log() - 0.5 * math.log(2 * math.pi)
        return torch.where(drawn, each, 0.0).flatten(1).sum(1)
