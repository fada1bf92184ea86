"""A mixture of models: what one or the other would make."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated

import torch
from torch import Tensor

from graphs import Estimate, InputError, Known, NumberList, Span, abilities, node
from nodes.contracts.context import Context
from nodes.contracts.levels import beside
from nodes.contracts.model import Model
from nodes.contracts.query import Prediction, Query
from nodes.contracts.reward import Reward, score
from nodes.contracts.sample import Sample
from nodes.guidance.branches import mixed, refuse_tokens
from nodes.guidance.composing import Together, chosen_weights, require_one_space


def cost(known: Known) -> Estimate:
    """The sum over the models, and over their densities."""
    return Estimate(
        each=sum((model.each for model in known.inputs.get("models", ())), Span.of(0)) + known.asks("densities")
    )


@node(abilities=abilities(like="models", without=("prompt",)), cost=cost)
def mixture(
    models: tuple[Model, ...],
    densities: tuple[Reward, ...],
    *,
    weights: Annotated[tuple[float, ...], NumberList()] = (),
) -> Model:
    """The mixture Σ w_i p_i of several models: OR, where guidance.compose is AND (arXiv:2206.01714, arXiv:2302.11552).

    D = Σ r_i D_i with r_i = softmax_i(log w_i + log p_i(x, s)), exact at every level. Scores do not tell how likely a
    point is, so each model has beside it one of the `densities`, a reward that gives log p_i of points [B, *event] at
    any level: reward.log_likelihood of an exact model, or a log density ratio that was learned, all against one law.
    `weights` are equal unless given. Shown: `share` [B, n], the r_i.
    Cost: the sum over the models, in one launch, and as many rewards. Errors: not one density for each model; weights
    that are none; models on different spaces, or of tokens.
    """
    require_one_space(models)
    refuse_tokens(models[0])
    if len(densities) != len(models):
        raise InputError(
            "there is not one density for each model",
            where="densities",
            given=f"{len(densities)} densities for {len(models)} models",
            allowed="one for each, in the order of the wires",
            mend="wire reward.log_likelihood of each model",
        )
    for density in densities:
        if "noisy" not in density.abilities:
            raise InputError(
                "the density reads clean points only",
                where="densities",
                given=type(density).__name__,
                allowed='a reward with the ability "noisy", as reward.log_likelihood',
                mend="wire the log density at every level",
            )
    return Either(models, densities, chosen_weights(weights, len(models)))


class Either(Together):
    """Models of which each row follows those that it is likely to be of."""

    def __init__(self, models: tuple[Model, ...], densities: tuple[Reward, ...], weights: tuple[float, ...]) -> None:
        super().__init__(models)
        self.densities, self.weights = densities, weights

    def combine(self, q: Query, answers: list[Prediction], ctx: Context) -> Prediction:
        """Σ r_i D_i."""
        at = Sample(q.x, q.s, self.space, q.rows)
        logs = [
            score(density, at, ctx) + (math.log(weight) if weight else -math.inf)
            for density, weight in zip(self.densities, self.weights, strict=True)
        ]
        shares = torch.softmax(torch.stack(logs, 1), 1)

        def rule(branches: Sequence[Tensor]) -> Tensor:
            parts = [beside(shares[:, i].to(branch.dtype), branch) * branch for i, branch in enumerate(branches)]
            return torch.stack(parts).sum(0)

        found = mixed(q, answers, rule)
        return Prediction(found.x0, found.eps, aux={"share": shares})
