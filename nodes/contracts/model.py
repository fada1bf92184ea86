"""The model contract.

A `Leaf` is a network: it answers a batch. A `Mixer` (guidance, composition) only says what it asks of other models and
how it combines the answers. A `Wrapper` (a correction that needs gradients) asks the model inside it by itself. All are
asked through `nodes.contracts.asking.predict`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TypeAlias

from graphs import InputError, behaviour
from nodes.contracts.changes import UNCHANGED, Changes
from nodes.contracts.cond import Cond
from nodes.contracts.context import Context
from nodes.contracts.identity import Identified
from nodes.contracts.query import Prediction, Query
from nodes.contracts.space import Space


@behaviour(colour="#7c5cd6")
class Model(Identified, ABC):
    """Predicts the clean x0 from a noised x and its level.

    Abilities: "prompt" (takes text), "conditional" (the question's condition changes the answer), "differentiable"
    (gradients of the answer by x), "level_map" (a level for each place), "low_rank" (its network takes adapters),
    "controlnet" (its network takes what a ControlNet adds), "attention" (its self-attention can be changed),
    "unet_features" (what its U-Net joins on the way up can be changed), "bridge" (it samples a diffusion bridge, or is
    made of a model that does).
    """

    space: Space
    abilities: frozenset[str] = frozenset()

    @abstractmethod
    def cost(self, s: float) -> float:
        """Leaf rows (NFE) that one row costs at level s."""

    def prompt(self, texts: tuple[str, ...], changes: Changes = UNCHANGED) -> Cond:
        """The condition for each of these texts; `InputError` where the model takes no text.

        `changes` alter its text encoders; their strengths [1] hold for all texts.
        """
        raise InputError(
            "this model takes no text",
            allowed='a model with the ability "prompt"',
            mend="wire the model that has the text encoder, as model.checkpoint, not one made from it",
        )


class Leaf(Model):
    """A model that answers by itself, as a network does; what it is asked is counted as NFE.

    It reads coefficients off `s` on the CPU and moves them to x; its answer lies where x lies.
    """

    def cost(self, s: float) -> float:
        """One row."""
        return 1

    def complete(self, q: Query) -> Query:
        """The question with what is left open filled in, so that questions with and without it can be joined."""
        return q

    @abstractmethod
    def predict(self, q: Query, ctx: Context) -> Prediction:
        """The answer to one batch; asked only by the function `predict`."""


class OneShape(Leaf):
    """A leaf whose points are of its own event's shape alone, unlike a network that reads pictures of many sizes."""

    def complete(self, q: Query) -> Query:
        """Points are of the event's shape."""
        if q.x.shape[1:] != self.space.event:
            raise other_points(self, q)
        return q


def other_points(leaf: Leaf, q: Query) -> InputError:
    """The leaf is asked about points of a shape that it does not have."""
    event = list(leaf.space.event)
    return InputError(
        "the model has points of another shape than it is asked about",
        given=f"points of shape {list(q.x.shape[1:])}, a model of {leaf.space.describe()}",
        allowed=f"points of shape {event}",
        mend="wire `like` of the noise to the model that is sampled",
    )


Asks: TypeAlias = list[tuple[Model, Query]]


class Mixer(Model):
    """A model made of answers of other models."""

    @abstractmethod
    def asks(self, q: Query, ctx: Context) -> Asks:
        """The questions that it needs answered; it asks nothing superfluous.

        The model inside keeps its memory under the question's number. Where numbers do not stay, as some questions are
        left out at some levels, the mixer says the place itself: `q.inside(1)`.
        """

    @abstractmethod
    def combine(self, q: Query, answers: list[Prediction], ctx: Context) -> Prediction:
        """Its own answer, from the answers in the order of its questions."""


class Wrapper(Model):
    """A model that asks the model inside it by itself, as it needs gradients of the answer, or answers in turn."""

    @abstractmethod
    def answer(self, q: Query, ctx: Context) -> Prediction:
        """Its own answer; it asks by `predict(inner, q.inside(), ctx)` and hands on what that wants to keep."""
