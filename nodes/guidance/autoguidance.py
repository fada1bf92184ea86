"""Autoguidance: a model guided by a worse version of itself."""

from __future__ import annotations

from typing import Annotated

from graphs import Curve, CurveOver, Estimate, InputError, Known, LevelCurve, Span, abilities, also, node
from nodes.contracts.model import Model
from nodes.contracts.query import Query
from nodes.guidance.against import Against
from nodes.guidance.branches import refuse_tokens


def cost(known: Known) -> Estimate:
    """That of both models; the model's alone where the scale is 1. A curve may be 1 at some levels."""
    strong, both = known.input("model").each, known.input("model").each + known.input("weak").each
    scale = known.value("guidance_scale")
    if scale is None or isinstance(scale, LevelCurve):
        return Estimate(each=Span(strong.low, both.high))
    return Estimate(each=strong if scale == 1 else both)


@node(abilities=abilities(like="model", without=("prompt",)), cost=cost)
def autoguidance(
    model: Model,
    weak: Model,
    *,
    guidance_scale: Annotated[Curve, CurveOver(minimum=0, maximum=100, step=0.1), also("scale", "w")] = 2.0,
) -> Model:
    """Autoguidance (Karras et al. 2024, arXiv:2406.02507): away from the errors that a worse version makes larger.

    D = D_weak + guidance_scale · (D − D_weak): both models are asked the same, under the same condition. `weak` is a
    smaller or less trained model of the same data, or model.weakened makes one. Where both agree nothing changes, so
    prompts are followed as before; put guidance.cfg around it for both. A curve gives each level a scale of its own.
    Cost: the rows of both models; at scale 1 the model alone, bitwise.
    Errors: models of tokens; two models on different spaces.
    """
    refuse_tokens(model)
    if (model.space.name, model.space.event) != (weak.space.name, weak.space.event):
        raise InputError(
            "the models do not work on one space",
            where="weak",
            given=f"{model.space.describe()} and {weak.space.describe()}",
            mend="wire a weaker model of the same data, as model.weakened makes one",
        )
    return Autoguided(model, weak, guidance_scale)


class Autoguided(Against):
    """A model and a worse one, asked the same."""

    def __init__(self, model: Model, weak: Model, scale: float | LevelCurve) -> None:
        super().__init__(model, scale)
        self.weak = weak
        self.abilities = (model.abilities & weak.abilities) - {"prompt"}

    def costs(self, s: float) -> tuple[float, float]:
        """That of each."""
        return self.model.cost(s), self.weak.cost(s)

    def weak_question(self, q: Query) -> tuple[Model, Query]:
        """The question itself, of the worse model."""
        return self.weak, q
