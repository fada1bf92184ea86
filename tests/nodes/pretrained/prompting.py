"""The prompts of the comparisons, and our model under guidance with them."""

from __future__ import annotations

from collections.abc import Callable

from nodes.cond.prompt import prompt
from nodes.contracts.cond import Cond
from nodes.contracts.model import Model
from nodes.guidance.cfg import cfg

TEXTS, NEGATIVE = ["a cat", "dog"], ["red cat", "a dog, a dog"]
SCALE = 4.0


def plain(cond: Cond) -> Cond:
    """The condition as it is."""
    return cond


def guided(model: Model, told: Callable[[Cond], Cond] = plain) -> Model:
    """The model under guidance; both conditions are told something more."""
    positive, negative = (told(prompt(model, text="\n".join(texts))) for texts in (TEXTS, NEGATIVE))
    return cfg(model, positive, negative, guidance_scale=SCALE)
