"""The flow map of a model, by solving its probability flow finely."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import torch
from torch import Tensor

from graphs import Estimate, InputError, Known, Number, Span, abilities, node
from nodes.contracts.asking import predict
from nodes.contracts.changes import UNCHANGED, Changes
from nodes.contracts.cond import Cond
from nodes.contracts.context import Context
from nodes.contracts.devices import put_rows
from nodes.contracts.levels import alpha_sigma, any_place, factor
from nodes.contracts.model import Model, Wrapper
from nodes.contracts.query import Prediction, Query
from nodes.flows.along import CALLS, along, velocity
from nodes.flows.clock import Clock
from nodes.guidance.branches import eps_in

Substeps = Annotated[int, Number(integer=True, minimum=1, maximum=10000, work=True)]
End = Annotated[float, Number(minimum=1e-6, maximum=1e6, scale="log")]


def cost(known: Known) -> Estimate:
    """Four questions for each small step; one where it is asked for no step at all."""
    asked = Span(1, CALLS * known.number("substeps").high)
    return Estimate(each=known.input("model").each * asked)


@node(cost=cost, abilities=abilities(like="model"))
def flow_map(model: Model, *, substeps: Substeps = 64, sigma_min: End = 0.002, sigma_max: End = 80.0) -> Model:
    """The exact flow map G(x, s, s') of a model: where its probability flow takes x [B, *event] from level s to s'.

    Asked about x at s on the way to s', it gives the x0 and ε with x = α x0 + σ ε whose straight step α' x0 + σ' ε is
    G(x, s, s'), the end of dx/dφ = α ε − σ x0, φ = atan s. So solver.euler jumps exactly, in however few steps;
    solver.consistency and solver.ctm add noise between. x0 − ε is the average velocity of MeanFlow, with its sign
    turned. Asked with s' = s it is the model itself. What a distilled network would answer if it had learnt perfectly:
    consistency models (Song et al. 2023, arXiv:2303.01469), CTM (arXiv:2310.02279), MeanFlow (arXiv:2505.13447).
    It is solved by `substeps` steps of Runge and Kutta's fourth order, even in log s between sigma_min and sigma_max
    and finite beyond, to s = 0 and inf. Cost: 4 · substeps model rows per sample; 1 where s' = s.
    Errors: a model of tokens; sigma_min not below sigma_max.
    """
    if model.space.vocabulary:
        raise InputError(
            "tokens do not flow",
            where="model",
            given=f"a model of {model.space.describe()} (tokens)",
            allowed="a model of real numbers",
        )
    return FlowMap(model, substeps, clock_between(sigma_min, sigma_max))


def clock_between(sigma_min: float, sigma_max: float) -> Clock:
    """The clock that is even in log s between these ends; `InputError` where they are the wrong way round."""
    if sigma_min >= sigma_max:
        raise InputError(
            "sigma_min is not below sigma_max",
            given=f"sigma_min {sigma_min:g}, sigma_max {sigma_max:g}",
            mend="lower sigma_min or raise sigma_max",
        )
    return Clock(sigma_min, sigma_max)


class FlowMap(Wrapper):
    """The method of `flow_map`. What the model inside keeps is what it said at the start of the step."""

    def __init__(self, model: Model, substeps: int, clock: Clock) -> None:
        self.model, self.substeps, self.clock = model, substeps, clock
        self.space, self.abilities = model.space, model.abilities

    def cost(self, s: float) -> float:
        """The model's at every slope."""
        return CALLS * self.substeps * self.model.cost(s)

    def prompt(self, texts: tuple[str, ...], changes: Changes = UNCHANGED) -> Cond:
        """The model's."""
        return self.model.prompt(texts, changes)

    def answer(self, q: Query, ctx: Context) -> Prediction:
        """The pair whose step lands on the map; of rows that go nowhere the model's own."""
        first = predict(self.model, replace(q.inside(), to=q.s), ctx)
        index = any_place(q.to != q.s).nonzero()[:, 0]
        if not len(index):
            return first
        moving, said = (q, first) if len(index) == len(q.rows) else (q.take(index), first.take(index))
        x0, eps = chord(moving.x, moving.s, self.reached(moving, said, ctx), moving.to)
        if len(index) < len(q.rows):
            x0 = put_rows(first.x0, index, x0)
            eps = put_rows(eps_in(q, first), index, eps)
        # The ε that belongs to (x, x0) says all, but for data, where it counts as 0.
        rises = any_place((q.s == 0) & (q.to != 0)).any()
        own = first.eps is not None or bool(rises)
        return replace(first, x0=x0, eps=eps if own else None)

    def reached(self, q: Query, first: Prediction, ctx: Context) -> Tensor:
        """G(x, s, s'), where the model has said `first` at (x, s)."""
        inside = replace(q.inside(), stage=q.stage + 1)

        def slope(x: Tensor, s: Tensor) -> Tensor:
            return velocity(predict(self.model, replace(inside, x=x, s=s, to=s), ctx), x, s)

        begin = velocity(first, q.x, q.s)
        for x in along(slope, q.x, q.s, q.to, self.substeps, self.clock, begin):
            last = x
        return last


def chord(x: Tensor, s: Tensor, reached: Tensor, to: Tensor) -> tuple[Tensor, Tensor]:
    """The x0 and ε with x = α x0 + σ ε and reached = α' x0 + σ' ε; of places that go nowhere x0 = x, ε = 0."""
    (alpha, sigma), (alpha_to, sigma_to) = alpha_sigma(s), alpha_sigma(to)
    turn = alpha * sigma_to - sigma * alpha_to
    over = torch.where(turn == 0, torch.inf, turn)
    x0 = factor(sigma_to / over, x) * x - factor(sigma / over, x) * reached
    eps = factor(alpha / over, x) * reached - factor(alpha_to / over, x) * x
    return x0, eps
