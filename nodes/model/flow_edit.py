"""FlowEdit: from a sample under one model to one under another, without inversion."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import torch
from torch import Tensor

from graphs import Estimate, InputError, Known, Number, abilities, also, node
from nodes.contracts.context import Context
from nodes.contracts.devices import moved, take_rows
from nodes.contracts.levels import eps_of, place
from nodes.contracts.model import Asks, Mixer, Model
from nodes.contracts.query import Prediction, Query
from nodes.contracts.sample import Sample

PURPOSE, BEGUN = "model/flow_edit", "flow_edit/eps"


def cost(known: Known) -> Estimate:
    """Both models' for each of the averaged draws."""
    each = known.input("source").each + known.input("target").each
    return Estimate(each=each * known.number("n_avg"))


@node(abilities=abilities(), cost=cost, also=("guidance.flow_edit",))
def flow_edit(
    source: Model,
    target: Model,
    sample: Sample,
    *,
    n_avg: Annotated[int, Number(integer=True, minimum=1, maximum=100), also("num_averages")] = 1,
) -> Model:
    """FlowEdit (Kulikov et al. 2024, arXiv:2412.08629, Algorithm 1): the way from `sample` to its like under `target`.

    A model that a deterministic solver samples: x0 = x_src + D_target(x̃ + d) − D_source(x̃), where x̃ = α x_src + σ ε is
    the sample with fresh noise ε at each step and d what the edit has moved so far on the scale of x; the mean over
    `n_avg` draws. Under solver.euler it is the paper's loop, and so in every process. It may begin anywhere, as from
    noise.noised of the sample: where x lies then beside x_src is no edit and fades away with s; the first level says
    how far the edit may reach (33 of 50 steps for SD3, 24 of 28 for FLUX, by levels.strength). `source` is the model
    under the sample's own prompt, as guidance.cfg with 3.5, `target` that under the new one, as with 13.5.
    Where both are one model the sample comes back bitwise. Not exact: what the edit keeps of the sample is a matter of
    how the laws are shaped. Clean `sample` [R, *event]; row r has `origin mod R`.
    Cost: n_avg model rows per sample of each model, in one round. Errors: a sample that is noised; models of tokens, or
    of another space.
    """
    sample.require_clean("sample")
    for name, model in (("source", source), ("target", target)):
        if (model.space.name, model.space.event) != (sample.space.name, sample.space.event):
            raise InputError(
                "the model makes other points than the sample",
                where=name,
                given=f"a model of {model.space.describe()}, a sample of {sample.space.describe()}",
                mend="wire a sample of the model's own space, as of solver.sample",
            )
    return FlowEdit(source, target, sample.x, n_avg)


class FlowEdit(Mixer):
    """The model of `flow_edit`; it keeps the ε that a row begins with beside the sample."""

    def __init__(self, source: Model, target: Model, clean: Tensor, count: int) -> None:
        self.source, self.target, self.clean, self.count = source, target, clean, count
        self.space = target.space

    def cost(self, s: float) -> float:
        """Both models', for each draw."""
        return self.count * (self.source.cost(s) + self.target.cost(s))

    def asks(self, q: Query, ctx: Context) -> Asks:
        """The source at the noised sample, the target at that and what was edited, for each draw."""
        clean = self.of(q)
        edited = q.x - place(clean, self.begun(q, clean), q.s)
        asked: Asks = []
        for draw in range(self.count):
            noised = place(clean, ctx.noise.normal(q, PURPOSE, draw), q.s)
            asked += [(self.source, moved_to(q, noised)), (self.target, moved_to(q, noised + edited))]
        return asked

    def combine(self, q: Query, answers: list[Prediction], ctx: Context) -> Prediction:
        """The sample and the mean of what the models differ by."""
        clean = self.of(q)
        keep = {BEGUN: self.begun(q, clean)}
        if self.source.digest == self.target.digest:
            return Prediction(clean, keep=keep)
        apart = [target.x0 - source.x0 for source, target in zip(answers[::2], answers[1::2], strict=True)]
        return Prediction(clean + torch.stack(apart).mean(0), keep=keep)

    def of(self, q: Query) -> Tensor:
        """The sample of each row."""
        clean = moved(self.clean.to(q.x.dtype), q.x.device)
        return take_rows(clean, q.rows.origin % len(clean))

    def begun(self, q: Query, clean: Tensor) -> Tensor:
        """The ε that a row began with beside the sample: that of its first step, kept from there."""
        first = moved(q.step == 0, q.x.device).reshape(-1, *(1,) * (q.x.ndim - 1))
        now = eps_of(q.x, clean, q.s)
        return torch.where(first & (q.stage == 0), now, q.recall(BEGUN, now))


def moved_to(q: Query, x: Tensor) -> Query:
    """The question at another point."""
    return replace(q, x=x)
