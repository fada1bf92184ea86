"""The way back of compression by a diffusion model: the noise that the codes name leads to the picture."""

from __future__ import annotations

import binascii
from base64 import b64decode
from typing import Annotated

import torch
from torch import Tensor

from graphs import Estimate, InputError, Known, Preview, Progress, RunContext, Seed, Steps, needs, node
from nodes.codec.codebooks import Bits, Codebooks, named
from nodes.codec.coded import Atoms, ShareBits, Size, begun, require, walked
from nodes.contracts.context import Context
from nodes.contracts.devices import moved
from nodes.contracts.levels import Levels
from nodes.contracts.model import Model
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.contracts.table import Table
from nodes.solver.counting import calls_over


def cost(known: Known) -> Estimate:
    """The solver's calls for each row."""
    rows, asked = known.input("codes").rows, calls_over(known.input("solver"), known.input("levels"))
    return Estimate(nfe=rows * asked * known.input("model").each, rows=rows)


@node(cost=cost)
def ddcm_decode(
    codes: Table,
    model: Model,
    solver: Annotated[Solver, needs("stochastic")],
    levels: Levels,
    *,
    codebook_size: Size = 256,
    atoms: Atoms = 1,
    share_bits: ShareBits = 3,
    seed: Seed = 0,
    run: RunContext,
) -> Steps[Sample]:
    """What codec.ddcm_encode compressed (Ohayon et al. 2025, arXiv:2502.01189): sampled with the noise that codes name.

    x' = mean + std · z_k of each step's codebook of `codebook_size`, mixed with more `atoms`. With the model, solver,
    levels and numbers of the encoder it is, on the same machine, bitwise the picture that the encoder saw as it chose;
    the codebooks are the same on every machine. `codes` is its table, a row of x [B, *event] for each.
    Cost: the solver's calls. Errors: a table without codes; codes of another length than these settings make; a solver
    that draws nothing.
    """
    require(model, solver, levels)
    books = Codebooks(seed, codebook_size, atoms, share_bits)
    books.check()
    contents = contents_of(codes)
    bits, ctx = Bits(contents), Context(run.meter)
    noise = begun(model, len(contents), books, run.device)
    shares = moved(books.shares(), noise.x.device)

    def choose(step: int, x0: Tensor) -> Tensor:
        book = moved(books.at(step, x0[0].numel()), x0.device)
        return named(book, shares, moved(torch.stack([bits.read(width) for width in books.widths], 1), x0.device))

    yield Progress(0, len(levels))
    for number, state in enumerate(walked(model, solver, levels, noise, choose, ctx), 1):
        last = state
        yield Progress(number, len(levels))
        yield Preview(state.guess())
    bits.end()
    return solver.finish(last, ctx)


def contents_of(codes: Table) -> list[bytes]:
    """The bytes of each row of a table of codes."""
    column = dict(codes.columns).get("code", ())
    try:
        contents = [b64decode(entry, validate=True) for entry in column if isinstance(entry, str)]
    except binascii.Error:
        contents = []
    if not contents or len(contents) != len(column):
        raise InputError(
            "the table holds no codes",
            where="codes",
            given=codes.describe(),
            allowed='a column "code" of bytes in base 64',
            mend="wire codec.ddcm_encode",
        )
    return contents
