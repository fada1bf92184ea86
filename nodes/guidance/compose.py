"""Composition of models: what several prompts, or several networks, want at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Literal, TypeAlias

from torch import Tensor

from graphs import Estimate, InputError, Known, NumberList, Span, abilities, node
from nodes.contracts.context import Context
from nodes.contracts.model import Asks, Mixer, Model
from nodes.contracts.query import Prediction, Query
from nodes.guidance.branches import mixed

Mode: TypeAlias = Literal["convex", "product"]
Weights: TypeAlias = Annotated[tuple[float, ...], NumberList()]


def cost(known: Known) -> Estimate:
    """The cost of every model with a weight other than 0."""
    models, given, mode = known.inputs.get("models", ()), known.value("weights"), known.value("mode")
    highest = sum((model.each for model in (*models, *known.inputs.get("base", ()))), Span.of(0))
    weights = [float(weight) for weight in given] if isinstance(given, tuple) else None
    if weights is None or mode not in ("convex", "product") or (weights and len(weights) != len(models)):
        return Estimate(each=Span(0, highest.high))
    base, shares = _shares("product" if mode == "product" else "convex", weights or _even(mode, len(models)))
    asked = [(known.input("base"), base), *zip(models, shares, strict=True)]
    return Estimate(each=sum((model.each for model, share in asked if share), Span.of(0)))


@node(abilities=abilities(like="models", without=("prompt",)), cost=cost)
def compose(
    models: tuple[Model, ...], base: Model | None = None, *, weights: Weights = (), mode: Mode = "convex"
) -> Model:
    """A linear composition of models on one space: the scores of several models, weighted.

    "convex": D = Σ w_i D_i / Σ w_i, weights of at least 0 (arXiv:2510.01068). "product": the conjunction of Liu et al.
    2022 (arXiv:2206.01714), D = D_base + Σ w_i (D_i − D_base); a negative weight steers away. `base` is the
    unconditional model; it is needed, and asked, only where the weights do not sum to 1. Without `weights` all models
    count the same: 1/n each in "convex", 1 each in "product". Composed scores are the exact scores of a law at every
    level for Gaussians of one covariance, N(Σ w_i m_i, C); otherwise only as s → 0. Wire guidance.conditional for each
    prompt. A model with weight 0 is not asked; one alone with weight 1 is itself, bitwise.
    Cost: the sum over the models that are asked; equal questions are asked once.
    Errors: no model; as many weights as models are not given; weights that are negative or all 0 in "convex"; no base
    where it is needed; models on different spaces.
    """
    chosen = weights or _even(mode, len(models))
    _check(models, base, chosen, mode)
    share, shares = _shares(mode, chosen)
    parts = [(model, weight) for model, weight in zip(models, shares, strict=True) if weight]
    if share and base is not None:
        parts.append((base, share))
    return Composition(tuple(model for model, _ in parts), tuple(weight for _, weight in parts))


class Composition(Mixer):
    """A sum of weighted models; the weights are not 0, and sum to 1."""

    def __init__(self, models: tuple[Model, ...], weights: tuple[float, ...]) -> None:
        self.models, self.weights = models, weights
        self.space = models[0].space
        self.abilities = frozenset.intersection(*(model.abilities for model in models)) - {"prompt"}

    def cost(self, s: float) -> float:
        """The sum."""
        return sum(model.cost(s) for model in self.models)

    def asks(self, q: Query, ctx: Context) -> Asks:
        """The question itself, of every model."""
        return [(model, q) for model in self.models]

    def combine(self, q: Query, answers: list[Prediction], ctx: Context) -> Prediction:
        """Σ w_i D_i."""
        return answers[0] if self.weights == (1,) else mixed(q, answers, self._sum)

    def _sum(self, branches: Sequence[Tensor]) -> Tensor:
        total = self.weights[0] * branches[0]
        for weight, branch in zip(self.weights[1:], branches[1:], strict=True):
            total = total + weight * branch
        return total


def _even(mode: object, count: int) -> tuple[float, ...]:
    return (1.0 if mode == "product" else 1 / max(1, count),) * count


def _shares(mode: Mode, weights: Sequence[float]) -> tuple[float, list[float]]:
    """What the base is multiplied with, and each model; together 1."""
    total = math.fsum(weights)
    if mode == "convex":
        return 0.0, [weight / total if total else 0.0 for weight in weights]
    rest = 1 - total
    return (0.0 if abs(rest) < 1e-12 else rest), list(weights)  # noqa: PLR2004 - what rounding leaves of 1


def _check(models: tuple[Model, ...], base: Model | None, weights: Sequence[float], mode: Mode) -> None:
    if len(weights) != len(models) or not models:
        raise InputError(
            "there is not one weight for each model",
            given=f"{len(weights)} weights for {len(models)} models",
            allowed="none, for equal weights, or one for each model in the order of the wires",
            mend="add or remove weights",
        )
    if mode == "convex" and (min(weights) < 0 or not sum(weights)):
        raise InputError(
            "these weights are no average",
            given=", ".join(f"{weight:g}" for weight in weights),
            allowed="weights of at least 0 that are not all 0",
            mend='set `mode` to "product", where a negative weight steers away',
        )
    if mode == "product" and base is None and _shares(mode, weights)[0]:
        raise InputError(
            "a product whose weights do not sum to 1 needs the unconditional model",
            given=f"weights that sum to {math.fsum(weights):g}",
            mend="wire `base` to the model without a condition",
        )
    spaces = [model.space for model in (*models, *((base,) if base is not None else ()))]
    for space in spaces:
        if (space.name, space.event) != (spaces[0].name, spaces[0].event):
            raise InputError(
                "the models do not work on one space",
                given=f"{spaces[0].describe()} and {space.describe()}",
                mend="compose models on the same space",
            )
