"""A model with its condition bound to it."""

from __future__ import annotations

from typing import Annotated

from graphs import Estimate, Known, abilities, needs, node
from nodes.contracts.cond import Cond
from nodes.contracts.context import Context
from nodes.contracts.model import Asks, Mixer, Model
from nodes.contracts.query import Prediction, Query
from nodes.guidance.branches import bound, require_conditional


def cost(known: Known) -> Estimate:
    """The model's own."""
    return Estimate(each=known.input("model").each)


@node(abilities=abilities(like="model", without=("prompt", "conditional")), cost=cost)
def conditional(model: Annotated[Model, needs("conditional")], cond: Cond) -> Model:
    """The conditional model p(x | cond) without guidance: the model is asked under `cond`, whoever asks.

    D = D_cond, bitwise; row r takes entry `origin mod R` of the condition. What mixes models, as guidance.compose, is
    wired to one of these for each prompt.
    Cost: 1 model row per sample. Errors: a model that takes no condition, as one whose condition is bound already.
    """
    require_conditional(model)
    return Conditional(model, cond)


class Conditional(Mixer):
    """A model under a condition of its own, or with None under no condition."""

    def __init__(self, model: Model, cond: Cond | None) -> None:
        self.model, self.condition = model, cond
        self.space = model.space
        self.abilities = model.abilities - {"prompt", "conditional"}

    def cost(self, s: float) -> float:
        """The model's own."""
        return self.model.cost(s)

    def asks(self, q: Query, ctx: Context) -> Asks:
        """The same, under the condition."""
        return [(self.model, bound(q, self.condition))]

    def combine(self, q: Query, answers: list[Prediction], ctx: Context) -> Prediction:
        """The answer itself."""
        return answers[0]
