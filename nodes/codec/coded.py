"""The walk that encoder and decoder of compressed pictures share: noise from codebooks along a stochastic solver."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Annotated, TypeAlias

import torch
from torch import Tensor

from graphs import InputError, Number, also
from nodes.codec.codebooks import Codebooks
from nodes.contracts.context import Context
from nodes.contracts.kernel import GaussianKernel
from nodes.contracts.levels import Levels
from nodes.contracts.model import Model
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver, x0_of
from nodes.contracts.state import State

Size: TypeAlias = Annotated[int, Number(integer=True, minimum=1, maximum=65536), also("K")]
Atoms: TypeAlias = Annotated[int, Number(integer=True, minimum=1, maximum=64), also("M")]
ShareBits: TypeAlias = Annotated[int, Number(integer=True, minimum=1, maximum=8), also("C")]
Choose: TypeAlias = Callable[[int, Tensor], Tensor]
"""The noise [B, D] of the coded step of that number, given the predicted x0 [B, *event]."""


def begun(model: Model, count: int, books: Codebooks, device: str) -> Sample:
    """So many rows of the codebooks' own noise; their lineage is that of the seed, wherever they come from."""
    x = books.first(model.space.event).float().expand(count, *model.space.event).clone()
    noise = Sample(x, torch.full((count,), math.inf, dtype=torch.float64), model.space, Rows.first(books.seed, count))
    return noise.to(device)


def walked(
    model: Model, solver: Solver, levels: Levels, noise: Sample, choose: Choose, ctx: Context
) -> Iterator[State]:
    """The states after each step, whose noise is chosen where the step draws any."""
    with torch.no_grad():
        state = solver.start(noise, levels, ctx)
    coded = 0
    for s_next in levels.of(noise.rows)[1:]:
        with torch.no_grad():
            kernel = solver.kernel(model, state, s_next, ctx)
            if not isinstance(kernel, GaussianKernel):
                raise TypeError("the solver draws no normal noise")
            x = kernel.mean
            if bool((kernel.std != 0).any()):
                chosen = choose(coded, x0_of(kernel.reached))
                x = kernel.by(chosen.reshape(x.shape).to(x.dtype))
                coded += 1
            state = kernel.at(x)
        yield state


def require(model: Model, solver: Solver, levels: Levels) -> None:
    """`InputError` where no noise of the steps can be chosen, or some rows walk otherwise than others."""
    if "stochastic" not in solver.abilities or model.space.vocabulary:
        raise InputError(
            "there is no noise of this solver that could be chosen",
            where="solver",
            given=f"{type(solver).__name__}, for {model.space.describe()}",
            allowed="a solver that draws normal noise, as solver.ancestral, and points of real numbers",
            mend="wire such a solver",
        )
    if levels.s.ndim > 1:
        raise InputError(
            "the levels differ by row or place",
            where="levels",
            given=levels.describe(),
            allowed="one list of levels for all",
            mend="wire levels that do not differ",
        )
