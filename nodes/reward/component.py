"""The exact classifier of noised points."""

from __future__ import annotations

from torch import Tensor

from graphs import Estimate, InputError, Prompt, abilities, node
from nodes.contracts.cond import Cond
from nodes.contracts.context import Context
from nodes.contracts.model import Model
from nodes.contracts.reward import Reward
from nodes.contracts.sample import Sample
from nodes.exact.components import Components


@node(
    cost=Estimate(),
    abilities=abilities("noisy", like="model", without=("prompt", "conditional", "level_map", "low_rank")),
)
def component(model: Model, *, text: Prompt = "1") -> Reward:
    """An exact classifier, log p(component | x) of an exact model, right at every noise level.

    `text` names the components as a prompt of the model does, one choice a line; row r is scored by line r mod (number
    of lines). Scores [B] are at most 0; their gradients flow for points of real numbers. It reads points at any level,
    so it can guide (Dhariwal & Nichol 2021, arXiv:2105.05233): with scale 1 the model is then that under the condition.
    Cost: no NFE. Errors: a model without components, as a network; a component that the model does not have.
    """
    if not isinstance(model, Components):
        raise InputError(
            "the model has no components",
            given=type(model).__name__,
            allowed="model.mixture, model.empirical or model.table, wired directly",
            mend="wire the exact model itself, not one made from it",
        )
    return Classifier(model, model.prompt(tuple(line.strip() for line in text.strip().split("\n"))))


class Classifier(Reward):
    """The log probability of the components that a condition names."""

    def __init__(self, model: Components, cond: Cond) -> None:
        self.model, self.cond, self.space = model, cond, model.space.name
        self.abilities = frozenset({"noisy"}) | (model.abilities & {"differentiable"})

    def score(self, sample: Sample, ctx: Context) -> Tensor:
        """The classifier at the sample's levels."""
        return self.model.log_class(sample.x, sample.s, self.cond.gather(sample.rows.origin))
