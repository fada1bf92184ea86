"""Adaptive guidance: no second question where its answer would say the same."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import torch
from torch import Tensor

from graphs import Curve, CurveOver, Estimate, Known, LevelCurve, Number, Span, abilities, also, needs, node
from nodes.contracts.cond import Cond
from nodes.contracts.levels import any_place, factor
from nodes.contracts.model import Model
from nodes.contracts.query import Prediction, Query
from nodes.guidance.branches import eps_in, mixed, refuse_tokens, require_conditional
from nodes.guidance.two_branches import TwoBranches

SETTLED = "settled"
Compared: TypeAlias = Literal["epsilon", "sample"]


def cost(known: Known) -> Estimate:
    """Twice the model's cost until a row is settled, then once; once where the scale is 1."""
    each = Span.of(1) if known.value("guidance_scale") == 1 else Span(1, 2)
    return Estimate(each=known.input("model").each * each)


@node(abilities=abilities(like="model", without=("prompt", "conditional")), cost=cost)
def adaptive(
    model: Annotated[Model, needs("conditional")],
    positive: Cond,
    negative: Cond | None = None,
    *,
    guidance_scale: Annotated[Curve, CurveOver(minimum=0, maximum=100, step=0.1), also("scale", "cfg_scale")] = 7.5,
    threshold: Annotated[float, Number(minimum=-1, maximum=2, step=0.001), also("gamma_bar")] = 0.991,
    compared: Compared = "epsilon",
) -> Model:
    """Adaptive guidance (Castillo et al. 2023, arXiv:2312.12487): guidance.cfg until both branches agree.

    γ = cos(ε_pos, ε_neg) of each row [B]; once γ > threshold a row is settled, and from its next step on asked under
    `positive` only, for good. Each row by itself; γ is shown as `cosine`. At s = inf, where every ε is x, no row is
    settled; at other high levels ε is nearly x too, so for levels that begin far above 10 compare "sample", the cosine
    of both x0. The threshold's default as commonly given; not confirmed. Above 1 it is guidance.cfg, at −1 only the
    first step is guided. Which rows are settled is looked up once a step, for which the device is waited for.
    Cost: 2 model rows per sample, 1 once a row is settled, and 1 where the scale is 1. Errors: a model of tokens.
    """
    require_conditional(model)
    refuse_tokens(model)
    return Adaptive(model, positive, negative, guidance_scale, threshold, compared)


class Adaptive(TwoBranches):
    """A model under classifier-free guidance, row by row until there is nothing more to guide."""

    def __init__(
        self,
        model: Model,
        positive: Cond,
        negative: Cond | None,
        scale: float | LevelCurve,
        threshold: float,
        compared: Compared,
    ) -> None:
        super().__init__(model, positive, negative, scale)
        self.threshold, self.compared = threshold, compared

    def guided(self, q: Query) -> Tensor:
        """The rows with a scale other than 1 that are not settled."""
        settled = q.recall(SETTLED, q.x.new_zeros(len(q.rows))).cpu()
        found = any_place(self.scales(q.s) != self.null) & (settled == 0)
        return found.nonzero()[:, 0]

    def guide(self, q: Query, scale: Tensor, first: Prediction, second: Prediction) -> Prediction:
        """D_neg + scale · (D_pos − D_neg), and whether that was the last time."""
        pair = [eps_in(q, first), eps_in(q, second)] if self.compared == "epsilon" else [first.x0, second.x0]
        cosine = torch.cosine_similarity(pair[0].flatten(1), pair[1].flatten(1), dim=1)
        agreed = factor(any_place(torch.isfinite(q.s)), cosine) * (cosine > self.threshold)
        pulled = mixed(q, [first, second], lambda both: both[1] + factor(scale, both[1]) * (both[0] - both[1]))
        return Prediction(pulled.x0, pulled.eps, {SETTLED: agreed.to(q.x.dtype)}, {"cosine": cosine})
