"""What compositions of several models share."""

from __future__ import annotations

from collections.abc import Sequence

from graphs import InputError
from nodes.contracts.context import Context
from nodes.contracts.model import Asks, Mixer, Model
from nodes.contracts.query import Query


def require_one_space(models: Sequence[Model]) -> None:
    """`InputError` where there is no model, or they work on different spaces."""
    if not models:
        raise InputError("there is no model to compose", where="models", mend="wire at least one model")
    first = models[0].space
    for model in models:
        if (model.space.name, model.space.event) != (first.name, first.event):
            raise InputError(
                "the models do not work on one space",
                given=f"{first.describe()} and {model.space.describe()}",
                mend="compose models on the same space",
            )


def chosen_weights(weights: Sequence[float], count: int) -> tuple[float, ...]:
    """The weights brought to the sum 1; equal ones where none are given."""
    given = tuple(weights) or (1.0,) * count
    if len(given) != count or min(given) < 0 or not sum(given):
        raise InputError(
            "these are no weights of the models",
            where="weights",
            given=f"{', '.join(f'{weight:g}' for weight in given)} for {count} models",
            allowed="none, for equal weights, or one of at least 0 for each model, not all 0",
            mend="add, remove or raise weights",
        )
    return tuple(weight / sum(given) for weight in given)


class Together(Mixer):
    """Several models that are all asked the same."""

    def __init__(self, models: tuple[Model, ...]) -> None:
        self.models, self.space = models, models[0].space
        self.abilities = frozenset.intersection(*(model.abilities for model in models)) - {"prompt"}

    def cost(self, s: float) -> float:
        """The sum."""
        return sum(model.cost(s) for model in self.models)

    def asks(self, q: Query, ctx: Context) -> Asks:
        """The question itself, of every model."""
        return [(model, q) for model in self.models]
