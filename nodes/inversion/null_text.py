"""Null-text inversion: the empty prompt is changed, step by step, until guidance leads back to the sample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, NamedTuple

import torch
from torch import Tensor

from graphs import Estimate, InputError, Known, Number, Preview, Progress, RunContext, Span, Steps, also, needs, node
from nodes.contracts.asking import predict
from nodes.contracts.cond import Cond
from nodes.contracts.context import Context
from nodes.contracts.driving import drive
from nodes.contracts.levels import Levels, eps_of, place
from nodes.contracts.model import Model
from nodes.contracts.query import Query
from nodes.contracts.sample import Sample
from nodes.contracts.trajectory import Trajectory
from nodes.guidance.branches import require_conditional
from nodes.guidance.conditional import Conditional
from nodes.guidance.null_text import NULL
from nodes.inversion.climbing import refuse_noise
from nodes.solver.euler import euler

EMBEDDINGS = ("context", "pooled")
"""The entries of a condition that hold the words, each and together; without any, all real numbers are changed."""


class Pivoted(NamedTuple):
    """Where the way begins, and the conditions of its steps."""

    sample: Sample
    trajectory: Trajectory


def cost(known: Known) -> Estimate:
    """One call a step up, and down one under the prompt and one more under the null condition than it is changed."""
    rows, steps, calls = known.input("sample").rows, known.input("levels").steps, known.number("num_inner_steps")
    return Estimate(nfe=rows * steps * known.input("model").each * (calls + Span.of(3)), rows=rows)


@node(cost=cost)
def null_text(
    sample: Sample,
    model: Annotated[Model, needs("conditional")],
    positive: Cond,
    negative: Cond,
    levels: Levels,
    *,
    guidance_scale: Annotated[float, Number(minimum=0, maximum=100, step=0.1), also("scale", "cfg_scale")] = 7.5,
    num_inner_steps: Annotated[int, Number(integer=True, minimum=0, maximum=1000)] = 10,
    learning_rate: Annotated[float, Number(minimum=1e-6, maximum=10, scale="log"), also("lr")] = 1e-2,
    run: RunContext,
) -> Steps[Pivoted]:
    """Null-text inversion (Mokady et al. 2022, arXiv:2211.09794): null conditions under which guidance leads back.

    The pivot is DDIM inversion under `positive` without guidance: points x*_k. Then from x*_0 on, in each step the null
    condition, begun at that of the step before and first at `negative` (the empty prompt), takes `num_inner_steps`
    steps of Adam on |x' − x*_{k+1}|², x' being DDIM's step under guidance of `guidance_scale`; the rate falls from
    `learning_rate` to half of it. guidance.null_text samples with them. What is changed are the embedded words,
    "context" and "pooled", or else all real numbers of the condition: where a network reads both, as ours do, the one
    without the other leads half the way. All rows take all steps: nothing ends early.
    x [B, *event] at the last of the levels, which fall. Cost: num_inner_steps + 3 model rows per sample and step, and
    num_inner_steps passes backward.
    Errors: a model without gradients or conditions; a condition of whole numbers; a sample at another level.
    """
    require_conditional(model)
    chosen = _chosen(model, negative)
    refuse_noise(sample, levels)
    begun, ctx = sample.to(run.device), Context(run.meter)
    pivot = [state.x for state in drive(Conditional(model, positive), euler(), begun, Levels(levels.s.flip(0)), ctx)][
        ::-1
    ]
    s, origin = levels.of(sample.rows), sample.rows.origin
    null = negative.to(run.device).gather(origin)
    fitting = Fitting(model, positive.gather(origin), guidance_scale, chosen, ctx)
    x, found = pivot[0], list[Mapping[str, Tensor]]()
    for number in range(len(levels)):
        yield Progress(number, len(levels))
        q = Query(x, s[number], s[number + 1], sample.rows, torch.full((len(sample.rows),), number))
        rate = learning_rate * (1 - number / (2 * len(levels)))
        null, x = fitting.step(q, null, pivot[number + 1], num_inner_steps, rate)
        found.append(null.entries)
        yield Preview(Sample(x, s[number + 1], sample.space, sample.rows))
    yield Progress(len(levels), len(levels))
    first = Sample(pivot[0], s[0].clone(), sample.space, sample.rows)
    aux = {NULL + name: torch.stack([entries[name] for entries in found]) for name in null.entries}
    return Pivoted(first, Trajectory(s, sample.rows, sample.space, torch.stack(pivot), aux=aux))


@dataclass(frozen=True)
class Fitting:
    """Fits the null condition of a step."""

    model: Model
    positive: Cond
    scale: float
    chosen: tuple[str, ...]
    ctx: Context

    def step(self, q: Query, null: Cond, goal: Tensor, count: int, rate: float) -> tuple[Cond, Tensor]:
        """The null condition after so many steps of Adam, and where it leads."""
        with torch.no_grad():
            toward = predict(self.model, replace(q, cond=self.positive), self.ctx).x0
        moving = {name: null.entries[name].clone().requires_grad_() for name in self.chosen}
        adam = torch.optim.Adam(list(moving.values()), lr=rate)
        for _ in range(count):
            with torch.enable_grad():
                reached = self.reached(q, toward, Cond({**null.entries, **moving}))
                loss = (reached - goal).square().flatten(1).mean(1).sum()
                self.ctx.meter.backward(len(q.rows))
                slopes = torch.autograd.grad(loss, list(moving.values()))
            for entry, slope in zip(moving.values(), slopes, strict=True):
                entry.grad = slope
            adam.step()
        fitted = Cond({**null.entries, **{name: entry.detach() for name, entry in moving.items()}})
        with torch.no_grad():
            return fitted, self.reached(q, toward, fitted)

    def reached(self, q: Query, toward: Tensor, null: Cond) -> Tensor:
        """DDIM's step under guidance."""
        away = predict(self.model, replace(q, cond=null), self.ctx).x0
        x0 = away + self.scale * (toward - away)
        return place(x0, eps_of(q.x, x0, q.s), q.to)


def _chosen(model: Model, negative: Cond) -> tuple[str, ...]:
    real = [name for name, entry in negative.entries.items() if entry.is_floating_point()]
    if "differentiable" not in model.abilities or not real:
        raise InputError(
            "nothing tells how the null condition is to be changed",
            given=f"{type(model).__name__} under {negative.describe()}",
            allowed='a model with the ability "differentiable", and a condition of real numbers, as embedded words',
            mend="wire model.checkpoint and its cond.prompt, or use guidance.cfg with `negative` = `positive`",
        )
    return tuple(name for name in real if name in EMBEDDINGS) or tuple(real)
