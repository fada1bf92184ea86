"""Perp-Neg: negative prompts that take nothing away from the positive one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import torch
from torch import Tensor

from graphs import (
    Curve,
    CurveOver,
    Estimate,
    InputError,
    Known,
    LevelCurve,
    NumberList,
    Span,
    abilities,
    also,
    needs,
    node,
)
from nodes.contracts.cond import Cond
from nodes.contracts.levels import factor
from nodes.contracts.model import Asks, Model
from nodes.contracts.query import Prediction, Query
from nodes.guidance.branches import bound, refuse_tokens, require_conditional
from nodes.guidance.many_branches import ManyBranches


def cost(known: Known) -> Estimate:
    """That of no condition, the positive and each negative; once where the scale is 0."""
    scale, negatives = known.value("guidance_scale"), known.inputs.get("negatives", ())
    most = Span.of(2 + len(negatives))
    each = Span(1, most.high) if scale is None or isinstance(scale, LevelCurve) else most if scale else Span.of(1)
    return Estimate(each=known.input("model").each * each)


@node(abilities=abilities(like="model", without=("prompt", "conditional")), cost=cost)
def perp_neg(
    model: Annotated[Model, needs("conditional")],
    positive: Cond,
    negatives: tuple[Cond, ...],
    *,
    guidance_scale: Annotated[Curve, CurveOver(minimum=0, maximum=100, step=0.1), also("scale", "cfg_scale")] = 7.5,
    weights: Annotated[tuple[float, ...], NumberList(), also("neg_scale")] = (),
) -> Model:
    """Perp-Neg (Armandpour et al. 2023, arXiv:2304.04968): of each negative only what is perpendicular to the positive.

    D = D_u + guidance_scale · (Δ_+ − Σ w_j Δ_j⊥) with Δ_+ = D_pos − D_u, Δ_j = D_neg,j − D_u and
    Δ_j⊥ = Δ_j − ⟨Δ_j, Δ_+⟩/|Δ_+|² Δ_+, each row by itself; D_u is the model's x0 under no condition. A negative along
    the positive does nothing, and none can turn the guidance back. `weights` w_j in the order of the wires, 1 each
    unless given; with all 0 it is guidance.cfg. A curve gives each level a scale of its own.
    Cost: 2 model rows per sample and 1 for each negative; 1 where the scale is 0, the prediction then being that under
    no condition, bitwise. Errors: a model of tokens; another number of weights than of negatives.
    """
    require_conditional(model)
    refuse_tokens(model)
    chosen = weights or (1.0,) * len(negatives)
    if len(chosen) != len(negatives):
        raise InputError(
            "there is not one weight for each negative",
            where="weights",
            given=f"{len(chosen)} weights for {len(negatives)} negatives",
            allowed="none, for 1 each, or one for each in the order of the wires",
            mend="add or remove weights",
        )
    return PerpendicularNegatives(model, positive, negatives, chosen, guidance_scale)


class PerpendicularNegatives(ManyBranches):
    """A model under Perp-Neg: asked under no condition first."""

    null = 0.0

    def __init__(
        self,
        model: Model,
        positive: Cond,
        negatives: tuple[Cond, ...],
        weights: tuple[float, ...],
        scale: float | LevelCurve,
    ) -> None:
        super().__init__(model, scale)
        self.positive, self.negatives, self.weights = positive, negatives, weights
        self.abilities = model.abilities - {"prompt", "conditional"}

    def costs(self, s: float) -> tuple[float, float]:
        """The model's own, for each condition."""
        own = self.model.cost(s)
        return own, own * (1 + len(self.negatives))

    def first_question(self, q: Query) -> tuple[Model, Query]:
        """Under no condition."""
        return self.model, bound(q, None)

    def other_questions(self, q: Query) -> Asks:
        """Under the positive, and each negative."""
        return [(self.model, bound(q, cond)) for cond in (self.positive, *self.negatives)]

    def guide_by(self, q: Query, scale: Tensor, first: Prediction, others: Sequence[Prediction]) -> Prediction:
        """D_u + scale · (Δ_+ − Σ w_j Δ_j⊥)."""
        positive, *negatives = (other.x0 - first.x0 for other in others)
        pull = positive
        for weight, negative in zip(self.weights, negatives, strict=True):
            pull = pull - weight * perpendicular(negative, positive)
        return Prediction(first.x0 + factor(scale, pull) * pull)


def perpendicular(one: Tensor, other: Tensor) -> Tensor:
    """What of each row of `one` [B, *event] is perpendicular to that of `other`; all of it where that is 0."""
    inner, square = ((one * other).flatten(1).sum(1), other.square().flatten(1).sum(1))
    share = inner / square.clamp_min(torch.finfo(square.dtype).tiny)
    return one - share.reshape(-1, *(1,) * (one.ndim - 1)) * other
