"""Several models of independent things as one model of all of them, as of a signal and the noise upon it."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from graphs import Estimate, InputError, Known, Span, abilities, node
from nodes.contracts.context import Context
from nodes.contracts.model import Asks, Mixer, Model
from nodes.contracts.query import Prediction, Query
from nodes.contracts.space import product
from nodes.guidance.branches import eps_in

LOST = ("prompt", "level_map", "low_rank", "controlnet", "bridge")


def cost(known: Known) -> Estimate:
    """The sum."""
    return Estimate(each=sum((model.each for model in known.inputs.get("models", ())), Span.of(0)))


@node(abilities=abilities(like="models", without=LOST), cost=cost)
def joint(models: tuple[Model, ...]) -> Model:
    """A joint model of independent parts, p(x_1) p(x_2) …: each denoises its own, at the same level.

    Points are flat, [B, D_1 + D_2 + …], in the order of the models; measurement.part takes one out. With
    measurement.sum_of_parts and measurement.pigdm it removes structured noise by a model of the noise, as Stevens et
    al. 2023 (arXiv:2302.05290): signal and noise are sampled together, pulled by the same y = A x + n. A condition goes
    to all. All parts are asked in the same round. Cost: the sum of the models'.
    Errors: no model; tokens.
    """
    if not models or any(model.space.vocabulary or model.space.source for model in models):
        raise InputError(
            "these make no joint points",
            where="models",
            given=", ".join(model.space.describe() for model in models) or "no model",
            allowed="models of real numbers with normal noise",
        )
    return Joint(models)


class Joint(Mixer):
    """The model of `joint`."""

    def __init__(self, models: tuple[Model, ...]) -> None:
        self.models = models
        self.space = product(
            "joint points", **{f"part_{number}": model.space.event for number, model in enumerate(models)}
        )
        self.abilities = frozenset.intersection(*(model.abilities for model in models)) - set(LOST)

    def cost(self, s: float) -> float:
        """The sum."""
        return sum(model.cost(s) for model in self.models)

    def asks(self, q: Query, ctx: Context) -> Asks:
        """Each about its own part."""
        parts = self.space.split(q.x)
        return [(model, _about(q, x)) for model, x in zip(self.models, parts.values(), strict=True)]

    def combine(self, q: Query, answers: list[Prediction], ctx: Context) -> Prediction:
        """All parts side by side."""
        x0 = torch.cat([answer.x0.flatten(1) for answer in answers], 1)
        if all(answer.eps is None for answer in answers):
            return Prediction(x0)
        parts = self.space.split(q.x)
        asked = [_about(q, x) for x in parts.values()]
        eps = [eps_in(own, answer).flatten(1) for own, answer in zip(asked, answers, strict=True)]
        return Prediction(x0, torch.cat(eps, 1))


def _about(q: Query, x: Tensor) -> Query:
    return replace(q, x=x)
