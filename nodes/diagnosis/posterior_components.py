"""Along which directions a denoised picture is unsure."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import torch
from torch import Tensor

from graphs import Estimate, InputError, Known, Number, Progress, RunContext, Span, Steps, also, node
from nodes.contracts.asking import predict
from nodes.contracts.context import Context
from nodes.contracts.devices import moved
from nodes.contracts.draws import normal
from nodes.contracts.levels import alpha_sigma, factor
from nodes.contracts.media import Image
from nodes.contracts.model import Model
from nodes.contracts.query import Query
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.table import Table
from nodes.measurement.shapes import PICTURE
from nodes.solver.painting import mask_of


class Components(NamedTuple):
    """The posterior mean, unit directions for each row side by side, how far they reach, and steps along them."""

    mean: Sample
    directions: Sample
    eigenvalues: Table
    spread: Sample


def cost(known: Known) -> Estimate:
    """A row for the mean, and one for each direction and iteration."""
    rows, asked = known.input("sample").rows, known.number("num_components") * known.number("iterations")
    return Estimate(nfe=rows * (Span.of(1) + asked) * known.input("model").each)


@node(cost=cost)
def posterior_components(
    sample: Sample,
    model: Model,
    region: Image | None = None,
    *,
    num_components: Annotated[int, Number(integer=True, minimum=1, maximum=64, work=True), also("n_ev")] = 3,
    iterations: Annotated[int, Number(integer=True, minimum=1, maximum=1000, work=True)] = 20,
    step: Annotated[float, Number(minimum=1e-8, maximum=1, scale="log"), also("c")] = 1e-3,
    reach: Annotated[float, Number(minimum=0, maximum=10, step=0.5)] = 2.0,
    run: RunContext,
) -> Steps[Components]:
    """Principal components of the posterior at noised points (Manor & Michaeli 2024, arXiv:2309.13598, Algorithm 1).

    The covariance of x0, given x at level s, is (σ²/α) ∂x0/∂x; its largest eigenvectors by subspace iteration, with the
    Jacobian by finite differences: V ← orth((σ²/α) (x0(x + step V) − x0(x))/step), `iterations` times, from directions
    that are the row's own. No gradients are needed; for an exact denoiser the result is exact but for `step` and the
    iterations. A `region`, white where it counts, looks at that part of a picture alone.
    `directions` [B · n, *event] of length 1, n = num_components, and `spread`, x0 − reach √λ v and x0 + reach √λ v
    [B · n · 2, *event], lie side by side for each row, the largest λ first; `eigenvalues` is a table of λ.
    Cost: 1 + num_components · iterations model rows for each row.
    Errors: points that are clean or pure noise; tokens; levels that differ by place; more directions than numbers,
    of the points or of the region; a region of what is no picture.
    """
    _check(sample, num_components)
    count, begun, ctx = num_components, sample.to(run.device), Context(run.meter)
    mask = None if region is None else _region(region, begun, num_components)
    rows, size = len(begun.rows), begun.x[0].numel()
    with torch.no_grad():
        mean = predict(model, _query(begun.x, begun.s, begun.rows), ctx).x0
        wide = begun.take(torch.arange(rows).repeat_interleave(count))
        base = mean.repeat_interleave(count, 0)
        drawn = normal(begun.rows, (count, size), "posterior components").to(begun.x.dtype)
        basis = torch.linalg.qr(_within(moved(drawn, begun.x.device), mask).mT)[0].mT
        alpha, sigma = alpha_sigma(wide.s)
        gain = factor(sigma.square() / alpha / step, base)
        for number in range(iterations):
            yield Progress(number, iterations)
            ahead = wide.x + step * basis.reshape(wide.x.shape)
            slopes = gain * (predict(model, _query(ahead, wide.s, wide.rows), ctx).x0 - base)
            images = _within(slopes.reshape(rows, count, size), mask)
            last, basis = (basis, images), torch.linalg.qr(images.mT)[0].mT
    yield Progress(iterations, iterations)
    values, vectors = _turned(*last)
    return _told(begun, mean, values, vectors, reach)


def _turned(basis: Tensor, images: Tensor) -> tuple[Tensor, Tensor]:
    """Eigenvalues [B, n] and vectors [B, n, D] of the covariance within the span of `basis`, the largest first."""
    small = basis @ images.mT
    values, turns = torch.linalg.eigh((small + small.mT) / 2)
    vectors = turns.flip(-1).mT @ basis
    return values.flip(-1).clamp(min=0), vectors / vectors.norm(dim=-1, keepdim=True)


def _told(begun: Sample, mean: Tensor, values: Tensor, vectors: Tensor, reach: float) -> Components:
    """The points, and the table."""
    count = values.shape[1]
    event, flat = begun.x.shape[1:], mean.flatten(1)[:, None]
    away = reach * values.sqrt()[..., None] * vectors
    ends = torch.stack([flat - away, flat + away], 2)
    table = Table(
        (
            ("row", tuple(row for row in begun.rows.origin.tolist() for _ in range(count))),
            ("component", tuple(range(count)) * len(begun.rows)),
            ("eigenvalue", tuple(values.double().flatten().tolist())),
        )
    )
    made = (mean, vectors.reshape(-1, *event), ends.reshape(-1, *event))
    samples = [_clean(x, begun, len(x) // len(begun.rows)) for x in made]
    return Components(samples[0], samples[1], table, samples[2])


def _clean(x: Tensor, begun: Sample, count: int) -> Sample:
    rows = begun.rows.fork(count, "posterior components")
    return Sample(x, torch.zeros(len(x), dtype=torch.float64), begun.space, rows)


def _within(vectors: Tensor, mask: Tensor | None) -> Tensor:
    """The vectors [B, n, D] in the region; mask [B or 1, 1, D]."""
    return vectors if mask is None else vectors * mask


def _region(region: Image, sample: Sample, count: int) -> Tensor:
    """The mask [R, 1, D] of a picture, for each row; `InputError` where it has fewer numbers than directions."""
    if len(sample.space.event) != PICTURE:
        raise InputError(
            "a region is part of a picture",
            where="region",
            given=sample.space.describe(),
            allowed="an event [channels, height, width]",
            mend="take the region out",
        )
    height, width = sample.x.shape[-2:]
    mask = moved(mask_of(region, height, width, binarize=True).to(sample.x.dtype), sample.x.device)
    spread = mask.expand(len(mask), *sample.x.shape[1:]).flatten(1)[:, None]
    least = int(spread.count_nonzero((1, 2)).min())
    if least < count:
        raise InputError(
            "the region has fewer numbers than directions are looked for",
            where="region",
            given=f"{least} for {count} directions",
            allowed="a white part with at least as many numbers",
            mend="lower `num_components`, or make more of the picture white",
        )
    return spread if len(spread) == 1 else spread[moved(sample.rows.origin % len(spread), spread.device)]


def _query(x: Tensor, s: Tensor, rows: Rows) -> Query:
    return Query(x, s, s, rows, torch.zeros(len(rows), dtype=torch.int64))


def _check(sample: Sample, count: int) -> None:
    s = sample.s
    fine = s.ndim == 1 and bool(((s > 0) & torch.isfinite(s)).all()) and not sample.space.vocabulary
    if not fine or count > sample.x[0].numel():
        raise InputError(
            "these points have no such posterior",
            where="sample",
            given=sample.describe(),
            allowed="noised points of real numbers, each at one level above 0, and no more directions than numbers",
            mend="noise a clean sample by noise.noised",
        )
