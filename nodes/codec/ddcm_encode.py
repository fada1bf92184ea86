"""Compression by a diffusion model: a picture becomes the names of the noise that leads to it."""

from __future__ import annotations

from base64 import b64encode
from typing import Annotated

import torch
from torch import Tensor

from graphs import Estimate, InputError, Known, Preview, Progress, RunContext, Seed, Steps, needs, node
from nodes.codec.codebooks import Codebooks, chosen, packed
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
    rows, asked = known.input("sample").rows, calls_over(known.input("solver"), known.input("levels"))
    return Estimate(nfe=rows * asked * known.input("model").each, rows=rows)


@node(cost=cost, also=("codec.ddcm",))
def ddcm_encode(
    sample: Sample,
    model: Model,
    solver: Annotated[Solver, needs("stochastic")],
    levels: Levels,
    *,
    codebook_size: Size = 256,
    atoms: Atoms = 1,
    share_bits: ShareBits = 3,
    seed: Seed = 0,
    run: RunContext,
) -> Steps[Table]:
    """DDCM compression (Ohayon et al. 2025, arXiv:2502.01189): of the noise of each step only its number is kept.

    Every step has a codebook of K = `codebook_size` normal vectors z_k, a function of `seed` alone. Instead of drawing
    noise, a step of the stochastic `solver` takes the z_k with the largest ⟨z_k, x_wanted − x0⟩; k takes log2 K bits.
    With M = `atoms` above 1 others are mixed in greedily, z ← normalised (√γ z + √(1 − γ) z_k), each k with γ one of
    1/(2^C − 1), …, 1 and C = `share_bits`. A row takes (M log2 K + C (M − 1)) bits for each step that draws, the last
    one usually does not. codec.ddcm_decode gives the picture that the codes lead to, with the same model, solver,
    levels and numbers.
    Of clean x [B, *event] a table of B rows: "row", "bytes" and "bits_per_number" as stored, and "code", these bytes in
    base 64. More atoms, steps and vectors come nearer to the picture. Cost: the solver's calls.
    Errors: a sample that is noised; a solver that draws nothing; levels that differ by row; K that is no power of two.
    """
    sample.require_clean("sample")
    require(model, solver, levels)
    if sample.space.event != model.space.event:
        raise InputError(
            "the sample is of another shape than the model makes",
            where="sample",
            given=sample.describe(),
            allowed=model.space.describe(),
            mend="resize the pictures to the model's size, or encode them as its latents",
        )
    books = Codebooks(seed, codebook_size, atoms, share_bits)
    books.check()
    wanted, codes = sample.to(run.device).x.flatten(1).double(), list[Tensor]()
    shares = moved(books.shares(), wanted.device)

    def choose(step: int, x0: Tensor) -> Tensor:
        book = moved(books.at(step, wanted.shape[1]), wanted.device)
        found = chosen(book, shares, atoms, wanted - x0.flatten(1).double())
        codes.append(found.codes)
        return found.noise

    noise = begun(model, len(sample.rows), books, run.device)
    yield Progress(0, len(levels))
    for number, state in enumerate(walked(model, solver, levels, noise, choose, Context(run.meter)), 1):
        yield Progress(number, len(levels))
        yield Preview(state.guess())
    return _table(codes, books, len(noise.rows), wanted.shape[1])


def _table(codes: list[Tensor], books: Codebooks, rows: int, numbers: int) -> Table:
    widths = books.widths * len(codes)
    stacked = torch.cat(codes, 1).cpu() if codes else torch.zeros(rows, 0, dtype=torch.int64)
    contents = [packed(row, widths) for row in stacked]
    return Table(
        (
            ("row", tuple(float(number) for number in range(rows))),
            ("bytes", tuple(float(len(content)) for content in contents)),
            ("bits_per_number", tuple(8 * len(content) / numbers for content in contents)),
            ("code", tuple(b64encode(content).decode() for content in contents)),
        )
    )
