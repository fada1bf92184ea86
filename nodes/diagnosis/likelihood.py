"""The likelihood of points under a model."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Literal, NamedTuple, TypeAlias

import torch
from torch import Tensor

from graphs import Estimate, InputError, Known, Number, Progress, RunContext, Span, Steps, needs, node
from nodes.contracts import media
from nodes.contracts.context import Context
from nodes.contracts.model import Model
from nodes.contracts.query import Query
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space
from nodes.contracts.table import Table
from nodes.flows.along import CALLS
from nodes.flows.density import with_density
from nodes.model.flow_map import End, Substeps, clock_between
from nodes.sources.named import source_named

Trace: TypeAlias = Literal["auto", "exact", "hutchinson"]
LARGEST_EXACT = 64
"""Numbers in an event up to which the trace is exact by itself."""


class Likelihood(NamedTuple):
    """How likely each row is, the mean in bits per dimension, and the noise that the rows come from."""

    table: Table
    bits_per_dimension: media.Number
    noise: Sample


def cost(known: Known) -> Estimate:
    """Four questions a row for each small step; the passes backward count apart."""
    rows = known.input("sample").rows
    asked = known.number("substeps") * Span.of(CALLS)
    return Estimate(nfe=rows * asked * known.input("model").each, rows=rows)


@node(cost=cost)
def likelihood(
    sample: Sample,
    model: Annotated[Model, needs("differentiable")],
    *,
    trace: Trace = "auto",
    probes: Annotated[int, Number(integer=True, minimum=1, maximum=1000)] = 1,
    substeps: Substeps = 64,
    bin_width: Annotated[float, Number(minimum=1e-9, maximum=1e9, scale="log")] = 1.0,
    dequantise: bool = False,
    sigma_min: End = 0.002,
    sigma_max: End = 80.0,
    run: RunContext,
) -> Steps[Likelihood]:
    """The exact log-likelihood of points [B, *event] under a model, by its probability flow to pure noise.

    log p(x) = log N(x_inf; 0, I) + ∫ tr(∂v/∂x) dφ along dx/dφ = v = α ε − σ x0, φ = atan s, from the sample's level to
    s = inf (Song et al. 2021, arXiv:2011.13456, appendix D.2; Grathwohl et al. 2019, arXiv:1810.01367). Solved by
    `substeps` steps of Runge and Kutta's fourth order, even in log s between sigma_min and sigma_max. The trace is
    "exact", a pass backward for each of the D coordinates, or Hutchinson's (1989): the mean of vᵀ(∂v/∂x)v over `probes`
    vectors of random signs, the row's own and the same at all levels; unbiased for log p. "auto" is exact up to
    D = 64. A condition is bound with guidance.conditional. Where the model's noise has another law than the normal
    (noise.source), that is the law of x_inf.
    A row of the table is a row of the batch: log p in nats, and −log p/(D ln 2) − log2(bin_width) in bits per
    dimension, where `bin_width` is that of a grey level (2/256 for bytes in −1 … 1); `dequantise` adds uniform noise as
    wide, by the row's seed. `noise` is where the rows come from: a normal sample, if the model is the law of the data.
    Cost: 4 · substeps model rows for each row, as many passes backward for each coordinate or probe.
    Errors: a model without gradients; tokens; levels that differ by place; sigma_min not below sigma_max.
    """
    check(sample, model)
    clock = clock_between(sigma_min, sigma_max)
    begun, ctx = sample.to(run.device), Context(run.meter)
    size = math.prod(sample.space.event)
    if dequantise:
        begun = spread(begun, bin_width, ctx)
    exact = trace == "exact" or (trace == "auto" and size <= LARGEST_EXACT)
    directions = units(begun, size) if exact else signs(begun, probes, ctx)
    for step, point in enumerate(with_density(model, begun, directions, substeps, clock, ctx)):
        yield Progress(step + 1, substeps)
        last = point
    x, gained = last[:, :-1], last[:, -1]
    log_p = gained + log_prior(x, model.space)
    bits = -log_p / (size * math.log(2)) - math.log2(bin_width)
    space, rows = replace(begun.space, source=model.space.source), begun.rows.fork(1, "encoded")
    noise = Sample(x.to(begun.x.dtype).reshape(begun.x.shape), torch.full_like(begun.s, torch.inf), space, rows)
    return Likelihood(tabulated(sample, log_p, bits), media.Number(float(bits.mean())), noise)


def log_prior(x: Tensor, space: Space) -> Tensor:
    """The log density of pure noise [B, D], of the law that the space names; [B]."""
    if space.source is not None:
        return source_named(space.source).log_density(x, space.event)
    return -0.5 * x.square().sum(1) - 0.5 * x.shape[1] * math.log(2 * math.pi)


def check(sample: Sample, model: Model) -> None:
    """`InputError` where there is no likelihood to be found."""
    if "differentiable" not in model.abilities:
        raise InputError(
            "the model gives no gradients",
            where="model",
            given=type(model).__name__,
            allowed='a model with the ability "differentiable", as model.checkpoint or model.mixture',
        )
    if sample.space.vocabulary or sample.s.ndim > 1 or not len(sample.rows):
        raise InputError(
            "these points have no likelihood by the probability flow",
            where="sample",
            given=sample.describe() + (" (tokens)" if sample.space.vocabulary else ""),
            allowed="at least one point of real numbers, each at one level",
        )


def units(sample: Sample, size: int) -> list[Tensor]:
    """The unit vectors, [1, D] each."""
    return list(torch.eye(size, dtype=torch.float64, device=sample.x.device)[:, None])


def signs(sample: Sample, count: int, ctx: Context) -> Sequence[Tensor]:
    """So many vectors [B, D] of random signs over √count, each row's own."""
    at = asking(sample)
    drawn = [ctx.noise.uniform(at, "likelihood", number).flatten(1) for number in range(count)]
    return [torch.where(entry < 0.5, -1.0, 1.0).double() / math.sqrt(count) for entry in drawn]  # noqa: PLR2004 - even


def spread(sample: Sample, width: float, ctx: Context) -> Sample:
    """The sample with uniform noise of that width."""
    noise = ctx.noise.uniform(asking(sample), "dequantise") - 0.5
    return Sample(sample.x + (width * noise).to(sample.x.dtype), sample.s, sample.space, sample.rows)


def asking(sample: Sample) -> Query:
    """Whoever draws for the rows of a sample."""
    return Query(sample.x, sample.s, sample.s, sample.rows, torch.zeros(len(sample.rows), dtype=torch.int64))


def tabulated(sample: Sample, log_p: Tensor, bits: Tensor) -> Table:
    """A row for each of the batch."""
    return Table(
        (
            ("row", tuple(sample.rows.origin.tolist())),
            ("log p", tuple(log_p.tolist())),
            ("bits per dimension", tuple(bits.tolist())),
        )
    )
