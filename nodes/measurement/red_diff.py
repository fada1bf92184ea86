"""RED-diff: a point is optimised to agree with the measurement and with the model."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import torch
from torch import Tensor

from graphs import Estimate, InputError, Known, Number, Preview, Progress, RunContext, Seed, Steps, also, node
from nodes.contracts.asking import predict
from nodes.contracts.context import Context
from nodes.contracts.devices import moved
from nodes.contracts.levels import Levels, eps_of, factor, place
from nodes.contracts.model import Model
from nodes.contracts.operator import Measurement, Operator
from nodes.contracts.query import Query
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.table import Table
from nodes.measurement.flowchef import misfit_slope
from nodes.processes.named import process_named

BETAS = (0.9, 0.99)
EARLIEST = 1e-3


class Restored(NamedTuple):
    """The points that were found, and the loss on the way."""

    sample: Sample
    loss: Table


def cost(known: Known) -> Estimate:
    """A row for each measurement in every iteration, at the most for as many rows as there are."""
    rows = known.input("start").rows
    return Estimate(nfe=known.number("iterations") * rows * known.input("model").each, rows=rows)


@node(cost=cost)
def red_diff(
    start: Sample,
    model: Model,
    operator: Operator,
    measurement: Measurement,
    levels: Levels | None = None,
    *,
    regularization: Annotated[
        float, Number(minimum=0, maximum=1e4, step=0.05), also("lambda_", "grad_term_weight")
    ] = 0.25,
    learning_rate: Annotated[float, Number(minimum=1e-6, maximum=10, scale="log"), also("lr")] = 0.1,
    iterations: Annotated[int, Number(integer=True, minimum=1, maximum=100000, work=True), also("steps")] = 200,
    seed: Seed = 0,
    run: RunContext,
) -> Steps[Restored]:
    """RED-diff (Mardani et al. 2023, arXiv:2305.04391, Algorithm 1): variational, an optimiser and no sampler.

    It minimises |y − A μ|²/(2 M) + E_s[w_s ⟨sg(ε(α μ + σ ε) − ε), μ⟩]/D over μ [B, *event] by Adam (β 0.9, 0.99), with
    w_s = regularization · s, at one level and one ε for each row and iteration; levels fall from noise to data, those
    of the linear VP schedule, or those that are wired, as far as they are finite and above 0. Means over the M numbers
    of y and the D of μ, and no σ_y, as in the authors' code, whose defaults these are: a measurement without noise will
    do, and one with much noise wants more regularization. It seeks a mode: another seed leads to about the same point.
    No pass backward through the model. `start` are the clean points to begin with, as measurement.pinv gives them.
    `loss` is a table over the iterations: the misfit, the regulariser, and their sum, means over the rows. With
    regularization 0 it is least squares, and the model is asked all the same.
    Row r has the measurement `origin mod R`. Not exact: no spread. Cost: 1 model row for each row and iteration.
    Errors: a start that is not clean; an operator that did not measure.
    """
    measurement.require(operator)
    start.require_clean("start")
    grid, ctx = _grid(levels, iterations), Context(run.meter)
    begun = start.to(run.device)
    rows = Rows(begun.rows.fork(1, f"red_diff {seed}").seed, begun.rows.origin)
    point, told = Adam(begun.x, learning_rate), list[Tensor]()
    for number, level in enumerate(grid.tolist()):
        yield Progress(number, iterations)
        s = torch.full((len(rows),), level, dtype=torch.float64)
        with torch.no_grad():
            slope, losses = _slope(point.x, s, number, rows, model, operator, measurement, regularization, ctx)
            point.step(slope)
        told.append(losses)
        if number % 10 == 0:
            yield Preview(Sample(point.x, begun.s, begun.space, begun.rows))
    yield Progress(iterations, iterations)
    found = Sample(point.x, begun.s, begun.space, begun.rows.fork(1, "restored"))
    return Restored(found, _tabulated(torch.stack([moved(entry, "cpu") for entry in told])))


class Adam:
    """Adam (Kingma & Ba 2014, arXiv:1412.6980) on a batch of points, number by number."""

    def __init__(self, x: Tensor, rate: float) -> None:
        self.x, self.rate, self.count = x, rate, 0
        self.first, self.second = torch.zeros_like(x), torch.zeros_like(x)

    def step(self, slope: Tensor) -> None:
        """One step down."""
        self.count += 1
        low, high = BETAS
        self.first = low * self.first + (1 - low) * slope
        self.second = high * self.second + (1 - high) * slope.square()
        mean, spread = self.first / (1 - low**self.count), self.second / (1 - high**self.count)
        self.x = self.x - self.rate * mean / (spread.sqrt() + 1e-8)


def _slope(
    x: Tensor,
    s: Tensor,
    number: int,
    rows: Rows,
    model: Model,
    operator: Operator,
    measurement: Measurement,
    weight: float,
    ctx: Context,
) -> tuple[Tensor, Tensor]:
    """The gradient by the points, and the two parts of the loss [2], means over the rows."""
    count = torch.full((len(rows),), number, dtype=torch.int64)
    q = Query(x, s, s, rows, count)
    eps = ctx.noise.normal(q, "red_diff")
    noised = place(x, eps, s)
    answer = predict(model, Query(noised, s, s, rows, count), ctx)
    own = eps_of(noised, answer.x0, s) if answer.eps is None else answer.eps
    pull = factor(weight * s, x) * (own - eps)
    residual = measurement.residual(operator, x, rows, ctx)
    # Both means times the numbers of x: Adam does not see what multiplies all.
    share = x[0].numel() / residual[0].numel()
    slope = share * misfit_slope(operator, measurement, x, rows, ctx) + pull
    return slope, torch.stack([residual.square().mean() / 2, (pull * x).mean()])


def _grid(levels: Levels | None, iterations: int) -> Tensor:
    """A level for each iteration, [iterations]."""
    if levels is None:
        return process_named("vp_linear").level(torch.linspace(1, EARLIEST, iterations, dtype=torch.float64))
    inside = levels.s[(levels.s > 0) & torch.isfinite(levels.s)] if levels.s.ndim == 1 else torch.zeros(0)
    if not len(inside):
        raise InputError(
            "there is no level to ask the model at",
            where="levels",
            given=levels.describe(),
            allowed="levels that are the same for all rows, some of them finite and above 0",
        )
    return inside[(torch.arange(iterations) * len(inside)) // iterations]


def _tabulated(losses: Tensor) -> Table:
    """A row for each iteration."""
    misfit, agreement = (tuple(column.tolist()) for column in losses.double().unbind(1))
    total = tuple(losses.double().sum(1).tolist())
    return Table(
        (
            ("iteration", tuple(range(len(losses)))),
            ("loss", total),
            ("misfit", misfit),
            ("regulariser", agreement),
        )
    )
