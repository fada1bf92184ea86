"""Residual classifier-free guidance: a negative that costs nothing, or one question in all."""

from __future__ import annotations

from typing import Annotated

import torch
from torch import Tensor

from graphs import Curve, CurveOver, Estimate, Known, LevelCurve, Span, abilities, also, needs, node
from nodes.contracts.cond import Cond
from nodes.contracts.context import Context
from nodes.contracts.devices import moved, take_rows
from nodes.contracts.levels import beside, factor
from nodes.contracts.model import Asks, Mixer, Model
from nodes.contracts.query import Prediction, Query
from nodes.contracts.sample import Sample
from nodes.guidance.branches import bound, mixed, narrowed, refuse_tokens, require_conditional, require_space, values_at

RESIDUAL = "negative"


def cost(known: Known) -> Estimate:
    """The model's own, and once more in a row's first step where no original is wired."""
    once = Span.of(1) if known.inputs.get("original") or known.value("guidance_scale") == 1 else Span(1, 2)
    return Estimate(each=known.input("model").each * once)


@node(abilities=abilities(like="model", without=("prompt", "conditional")), cost=cost)
def rcfg(
    model: Annotated[Model, needs("conditional")],
    positive: Cond,
    original: Sample | None = None,
    negative: Cond | None = None,
    *,
    guidance_scale: Annotated[Curve, CurveOver(minimum=0, maximum=100, step=0.1), also("scale", "cfg_scale")] = 1.4,
) -> Model:
    """Residual classifier-free guidance (StreamDiffusion: Kodaira et al. 2023, arXiv:2312.12491).

    D = x̄ + guidance_scale · (D_pos − x̄) with a virtual negative x̄ [B, *event], whose noise is ε̄ = (x − α x̄)/σ: the
    clean `original` if one is wired, as the picture that is edited (self-negative), row r having `origin mod R`; else
    what the model answers under `negative` at the row's first step (one-time negative), which is remembered. The
    paper's factor δ on ε̄ is 1. Where x̄ is what the model would answer under no condition, as for data of one point, it
    is guidance.cfg. A curve gives each level a scale of its own.
    Cost: 1 model row per sample, and 1 more at the first step of a one-time negative; at scale 1 the prediction under
    `positive`, bitwise. Errors: an original that is noised or of another shape; a model of tokens.
    """
    require_conditional(model)
    refuse_tokens(model)
    if original is not None:
        original.require_clean("original")
        require_space(original, model, "original")
    return Residual(model, positive, None if original is None else original.x, negative, guidance_scale)


class Residual(Mixer):
    """A model guided away from a guess that is not asked for again."""

    def __init__(
        self,
        model: Model,
        positive: Cond,
        original: Tensor | None,
        negative: Cond | None,
        scale: float | LevelCurve,
    ) -> None:
        self.model, self.positive, self.original, self.negative = model, positive, original, negative
        self.scale, self.space = scale, model.space
        self.abilities = model.abilities - {"prompt", "conditional"}

    def cost(self, s: float) -> float:
        """The model's own, twice at a first step that asks for the negative."""
        return self.model.cost(s) * (1 if self.original is not None or self.scale == 1 else 2)

    def begins(self, q: Query) -> Tensor:
        """The positions of the rows that have no negative yet."""
        if self.original is not None or self.scale == 1 or q.stage:
            return torch.zeros(0, dtype=torch.int64)
        return (q.step == 0).nonzero()[:, 0]

    def asks(self, q: Query, ctx: Context) -> Asks:
        """Under the positive, and at a row's first step under the negative."""
        asked: Asks = [(self.model, bound(q, self.positive))]
        first = self.begins(q)
        if len(first):
            asked.append((self.model, bound(narrowed(q, first), self.negative)))
        return asked

    def combine(self, q: Query, answers: list[Prediction], ctx: Context) -> Prediction:
        """x̄ + scale · (D_pos − x̄)."""
        if self.scale == 1:
            return answers[0]
        residual = self._residual(q, answers)
        scales = values_at(self.scale, q.s)

        def rule(branches: list[Tensor]) -> Tensor:
            toward, away = branches
            pulled = away + factor(scales, away) * (toward - away)
            return torch.where(beside(scales == 1, away), toward, pulled)

        found = mixed(q, [answers[0], Prediction(residual)], lambda both: rule(list(both)))
        return Prediction(found.x0, found.eps, {} if self.original is not None else {RESIDUAL: residual})

    def _residual(self, q: Query, answers: list[Prediction]) -> Tensor:
        if self.original is not None:
            original = moved(self.original.to(q.x.dtype), q.x.device)
            return take_rows(original, q.rows.origin % len(original))
        kept, first = q.recall(RESIDUAL, q.x), self.begins(q)
        if not len(first):
            return kept
        return kept.index_copy(0, moved(first, kept.device), answers[1].x0)
