"""A worse version of a model, to be guided against."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal, TypeAlias

import torch

from graphs import Estimate, InputError, Known, Number, Seed, abilities, node
from nodes.contracts.changes import changed
from nodes.contracts.cond import Cond
from nodes.contracts.context import Context
from nodes.contracts.devices import moved
from nodes.contracts.draws import uniform
from nodes.contracts.levels import beside
from nodes.contracts.model import Asks, Mixer, Model
from nodes.contracts.query import Prediction, Query
from nodes.guidance.blurring import blurred
from nodes.guidance.branches import refuse_tokens, require_conditional, require_pictures
from nodes.networks.spoiled import Dropped, FewerBits, WeightChange, WeightNoise

Kind: TypeAlias = Literal["weight_noise", "fewer_bits", "dropout", "blurred_input", "label_shuffle"]


def cost(known: Known) -> Estimate:
    """The model's own."""
    return Estimate(each=known.input("model").each)


@node(abilities=abilities(like="model", without=("prompt",)), cost=cost)
def weakened(
    model: Model,
    labels: Cond | None = None,
    *,
    kind: Kind = "weight_noise",
    strength: Annotated[float, Number(minimum=0, maximum=100, step=0.05)] = 0.1,
    bits: Annotated[int, Number(integer=True, minimum=2, maximum=16)] = 4,
    seed: Seed = 0,
) -> Model:
    """A worse version of a model, as guidance.autoguidance wants one (Karras et al. 2024, arXiv:2406.02507).

    "weight_noise": W + strength · std(W) · z in every linear layer and convolution. "fewer_bits": `strength` (up to 1)
    of the way from W to W rounded to `bits` bits for each output. "dropout": each weight left out with the probability
    `strength`, the others scaled by 1/(1 − strength); which ones, the `seed` says, as for the noise, so all rows and
    steps have one worse network. "blurred_input": x [B, C, H, W] under a Gaussian of `strength` pixels.
    "label_shuffle": with the probability `strength` a row is asked under one of `labels`, drawn anew at each step.
    The shared network is not written to: both versions are one launch. The first three take once more the
    arithmetic of the network, and memory for as many weights. Cost: 1 model row per sample; at strength 0 the model
    itself, bitwise. Errors: weights of a model that is no network; blur of points; labels that are not wired; a
    probability of 1 or above; a model of tokens.
    """
    refuse_tokens(model)
    _check(model, labels, kind, strength)
    if strength == 0:
        return Unspoiled(model)
    match kind:
        case "weight_noise":
            return WorseWeights(model, WeightNoise(strength, seed))
        case "fewer_bits":
            return WorseWeights(model, FewerBits(strength, bits))
        case "dropout":
            return WorseWeights(model, Dropped(strength, seed))
        case "blurred_input":
            return BlurredInput(model, strength)
        case "label_shuffle":
            return WrongLabels(model, labels, strength)


class Unspoiled(Mixer):
    """A model that is asked as it is, without its texts."""

    def __init__(self, model: Model) -> None:
        self.model, self.space, self.abilities = model, model.space, model.abilities - {"prompt"}

    def cost(self, s: float) -> float:
        """The model's own."""
        return self.model.cost(s)

    def asks(self, q: Query, ctx: Context) -> Asks:
        """The question, made harder."""
        return [(self.model, self.worse(q))]

    def worse(self, q: Query) -> Query:
        """The question itself."""
        return q

    def combine(self, q: Query, answers: list[Prediction], ctx: Context) -> Prediction:
        """The answer to the question; its ε, if it has one, is that of the point that was asked about."""
        return answers[0]


class WorseWeights(Unspoiled):
    """A model whose network is asked with other weights."""

    def __init__(self, model: Model, change: WeightChange) -> None:
        super().__init__(model)
        self.change = change

    def worse(self, q: Query) -> Query:
        """With the other weights in all rows."""
        strength = torch.ones(len(q.rows), dtype=torch.float64)
        return replace(q, changes=changed(q.changes, self.change, strength))


class BlurredInput(Unspoiled):
    """A model that sees pictures blurred."""

    def __init__(self, model: Model, std: float) -> None:
        super().__init__(model)
        self.std = std

    def worse(self, q: Query) -> Query:
        """About the blurred picture."""
        return replace(q, x=blurred(q.x, self.std))


class WrongLabels(Unspoiled):
    """A model that is asked for something else now and then."""

    def __init__(self, model: Model, labels: Cond | None, share: float) -> None:
        super().__init__(model)
        self.labels, self.share = labels, share

    def worse(self, q: Query) -> Query:
        """Under other labels in some rows: by the row and the step, whatever else is in the batch."""
        if self.labels is None or q.cond is None:
            return q
        drawn = uniform(q.rows, (2,), "label_shuffle", step=q.step)
        other = self.labels.take((drawn[:, 1] * len(self.labels)).long())
        shapes = [{name: entry.shape for name, entry in cond.entries.items()} for cond in (other, q.cond)]
        if shapes[0] != shapes[1]:
            raise InputError(
                "the labels are no conditions like those that are asked for",
                where="labels",
                given=other.describe(),
                allowed=q.cond.describe(),
                mend="wire cond.prompt of the same model",
            )
        chosen = drawn[:, 0] < self.share
        entries = {
            name: torch.where(
                moved(beside(chosen, entry), entry.device), moved(other.entries[name], entry.device), entry
            )
            for name, entry in q.cond.entries.items()
        }
        return replace(q, cond=Cond(entries))


def _check(model: Model, labels: Cond | None, kind: Kind, strength: float) -> None:
    if kind in ("weight_noise", "fewer_bits", "dropout") and "low_rank" not in model.abilities:
        raise InputError(
            "the model is no network with weights to be changed",
            where="model",
            given=type(model).__name__,
            allowed="a network, as model.checkpoint or model.pretrained",
            mend='choose the kind "blurred_input" or "label_shuffle"',
        )
    if kind == "blurred_input":
        require_pictures(model, "only pictures can be blurred", "kind", "choose another kind")
    if kind == "label_shuffle":
        require_conditional(model)
    if kind == "label_shuffle" and labels is None:
        raise InputError(
            "there are no labels to be mistaken for",
            where="labels",
            mend="wire a condition with all labels, as cond.prompt with one a line",
        )
    if kind in ("dropout", "label_shuffle", "fewer_bits") and (strength > 1 or (strength == 1 and kind == "dropout")):
        raise InputError(
            "this strength is a share",
            where="strength",
            given=f"{strength:g}",
            allowed="below 1" if kind == "dropout" else "at most 1",
            mend="lower it",
        )
