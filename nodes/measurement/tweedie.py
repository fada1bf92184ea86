"""Denoising by the score of what is noisy: no clean data are needed, and for some families not the noise's level."""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple, TypeAlias

import torch
from torch import Tensor

from graphs import Estimate, InputError, Known, Number, RunContext, node
from nodes.contracts.asking import predict
from nodes.contracts.context import Context
from nodes.contracts.devices import moved
from nodes.contracts.levels import factor
from nodes.contracts.model import Model
from nodes.contracts.query import Query
from nodes.contracts.sample import Sample
from nodes.contracts.table import Table

Family: TypeAlias = Literal["gaussian", "gamma", "poisson"]
CANDIDATES = 256


class Denoised(NamedTuple):
    """The denoised points, and the noise that was taken away of each row."""

    sample: Sample
    noise: Table


def cost(known: Known) -> Estimate:
    """A model row for each row."""
    rows = known.input("sample").rows
    return Estimate(nfe=rows * known.input("model").each, rows=rows)


@node(cost=cost, also=("measurement.noise2score",))
def tweedie(
    sample: Sample,
    model: Model,
    *,
    family: Family = "gaussian",
    noise: Annotated[float, Number(minimum=1e-6, maximum=1e6, scale="log")] = 0.1,
    blind: bool = False,
    level: Annotated[float, Number(minimum=1e-6, maximum=10, scale="log")] = 0.01,
    run: RunContext,
) -> Denoised:
    """Tweedie's formulas with a learnt score, Noise2Score (Kim & Ye 2021, arXiv:2106.07009).

    The points y [B, *event] at s = 0 are noisy as they are, and the `model` is one of such noisy points; its score
    f = ∇log p(y) is read at the small `level` δ, (E[y | y'] − y')/δ². By `family` and its parameter `noise`:
    "gaussian" of deviation σ: y + σ² f, the mean of x given y. "gamma" of shape k and mean x: k y/((k − 1) − y f),
    which is 1/E[1/x | y]. "poisson", y = ζ · Pois(x/ζ): (y + ζ/2) exp(ζ f), an approximation of Robbins' formula.
    `blind`, of Gaussian noise: each row's σ between noise/10 and 10 · noise is that of the least total variation of the
    result, as suits pictures of even parts. The score is that of noise σ² + δ², so keep δ well below.
    `noise` is told as a table with a line for each row. Denoising by a model of clean data is sampling from the noise's
    own level instead. Cost: 1 model row for each row.
    Errors: points that are not at s = 0, or tokens; `blind` of another family than the Gaussian, or of no picture.
    """
    sample.require_clean("sample", "the noise is in the points themselves")
    if blind and (family != "gaussian" or sample.x.ndim < 3):  # noqa: PLR2004 - rows and two axes
        raise InputError(
            "this noise is not found blindly",
            where="blind",
            given=f"{family} noise of {sample.space.describe()}",
            allowed="Gaussian noise of points with places beside each other",
            mend="turn `blind` off and set `noise`",
        )
    begun, ctx = sample.to(run.device), Context(run.meter)
    y = begun.x
    with torch.no_grad():
        score = _score(begun, model, level, ctx)
        amounts = torch.full((len(y),), noise, dtype=torch.float64)
        if blind:
            amounts = quietest(y, score, noise)
        amount = factor(amounts, y)
        match family:
            case "gaussian":
                x = y + amount.square() * score
            case "gamma":
                x = amount * y / (amount - 1 - y * score)
            case "poisson":
                x = (y + amount / 2) * torch.exp(amount * score)
    table = Table((("row", tuple(begun.rows.origin.tolist())), ("noise", tuple(amounts.tolist()))))
    return Denoised(Sample(x, begun.s, begun.space, begun.rows.fork(1, "denoised")), table)


def _score(begun: Sample, model: Model, level: float, ctx: Context) -> Tensor:
    """∇log p of the points, smoothed by the level."""
    s = torch.full((len(begun.rows),), level, dtype=torch.float64)
    shrunk = begun.x / (1 + level**2) ** 0.5
    step = torch.zeros(len(s), dtype=torch.int64)
    return (predict(model, Query(shrunk, s, s, begun.rows, step), ctx).x0 - begun.x) / level**2


def quietest(y: Tensor, score: Tensor, middle: float) -> Tensor:
    """The σ [B] around `middle` for which y + σ² f has the least total variation."""
    grid = middle * torch.logspace(-1, 1, CANDIDATES, dtype=torch.float64)
    found = [total_variation(y + sigma**2 * score) for sigma in grid.tolist()]
    return grid[moved(torch.stack(found).argmin(0), "cpu")]


def total_variation(x: Tensor) -> Tensor:
    """Σ |differences| along the last two axes, [B]."""
    return x.diff(dim=-1).abs().flatten(1).sum(1) + x.diff(dim=-2).abs().flatten(1).sum(1)
