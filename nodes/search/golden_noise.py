"""Golden noise: noise that already leans to what guidance wants."""

from __future__ import annotations

from dataclasses import replace

import torch

from graphs import Estimate, InputError, Known, RunContext, node
from nodes.contracts.asking import predict
from nodes.contracts.context import Context
from nodes.contracts.driving import of_its_law
from nodes.contracts.levels import Levels, eps_of, place
from nodes.contracts.model import Model
from nodes.contracts.query import Query
from nodes.contracts.sample import Sample
from nodes.contracts.solver import enter


def cost(known: Known) -> Estimate:
    """A question to each model."""
    rows, model = known.input("noise").rows, known.input("model").each
    weak = known.inputs.get("inverting", ())
    return Estimate(nfe=rows * (model + (weak[0].each if weak else model)), rows=rows)


@node(cost=cost)
def golden_noise(
    noise: Sample, model: Model, levels: Levels, inverting: Model | None = None, *, run: RunContext
) -> Sample:
    """Golden noise by one step down and one up (Zhou et al. 2024, arXiv:2411.09502): n' = invert_low(step_high(n)).

    A DDIM step from the first level s to the second s' with `model`, guided strongly (5.5 in the paper), x' = α' x0 +
    σ' ε, and a DDIM inversion back with `inverting`, the same guided weakly (1): n' = α x0' + σ ε' with x0' and ε' as
    predicted at x'. The difference of both guidances is left in the noise. The result stands at the first level,
    [B, *event]; sample from it over the same levels. Without `inverting` it is `model`. The trained network that
    predicts n' at once is not part of this. Cost: a model row of each.
    Errors: a sample that is not at the first level; tokens; fewer than 1 step.
    """
    if noise.space.vocabulary or not len(levels):
        raise InputError(
            "there is no noise that a step could change",
            where="noise",
            given=f"{noise.describe()}, {len(levels)} steps",
            allowed="noise of real numbers, and at least one step",
        )
    begun, ctx = of_its_law(noise, model).to(run.device), Context(run.meter)
    s, s_next = (row.clone() for row in levels.of(begun.rows)[:2])
    still = torch.zeros(len(begun.rows), dtype=torch.int64)
    with torch.no_grad():
        q = Query(enter(begun, s), s, s_next, begun.rows, still)
        down = predict(model, q, ctx)
        x = place(down.x0, eps_of(q.x, down.x0, s) if down.eps is None else down.eps, s_next)
        back = replace(q, x=x, s=s_next, to=s, step=still + 1)
        up = predict(model if inverting is None else inverting, back, ctx)
        golden = place(up.x0, eps_of(x, up.x0, s_next) if up.eps is None else up.eps, s)
    return Sample(golden, s, begun.space, begun.rows, begun.aux)
