"""Low-rank adapters."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, TypeAlias

import torch

from graphs import Estimate, FilePath, Known, Number, abilities, also, needs, node
from nodes.contracts.changes import UNCHANGED, Changes, changed
from nodes.contracts.cond import Cond
from nodes.contracts.context import Context
from nodes.contracts.model import Asks, Mixer, Model
from nodes.contracts.query import Prediction, Query
from nodes.networks.adapter_file import open_adapter
from nodes.networks.low_rank import Factors

Adapter: TypeAlias = Annotated[str | Path | None, FilePath(suffixes=(".safetensors",)), also("source", "lora_name")]


def cost(known: Known) -> Estimate:
    """What the model costs."""
    return Estimate(each=known.input("model").each)


@node(cost=cost, abilities=abilities(like="model"))
def lora(
    model: Annotated[Model, needs("low_rank")],
    *,
    weights: Adapter = None,
    strength: Annotated[
        float, Number(minimum=-10, maximum=10, step=0.05), also("scale", "weight", "strength_model")
    ] = 1.0,
    text_strength: Annotated[float | None, Number(minimum=-10, maximum=10, step=0.05), also("strength_clip")] = None,
) -> Model:
    """A low-rank adapter on a network (Hu et al. 2021, arXiv:2106.09685, equation 3).

    W x becomes W x + strength · alpha/r · up (down x) in the layers that the file names, linear ones and convolutions.
    Files are safetensors as PEFT (`LAYER.lora_A.weight` [r, in], `LAYER.lora_B.weight` [out, r]), diffusers or kohya's
    scripts write them; alpha is r where the file has none. The network itself stays as it is, so models with different
    adapters share it, and guidance or a mixture of them is one launch. Adapters add up.
    What a file has for the text encoders acts on prompts that are wired to this model, with `text_strength`, or with
    `strength` where that is not said.
    Cost: 1 model row per sample; at strength 0, or without a file, the model is asked as it is.
    Errors: a file that is no adapter, or of another network; an adapter of another kind, as LoHa, LoKr or DoRA.
    """
    text = strength if text_strength is None else text_strength
    factors = None if weights is None or strength == text == 0 else open_adapter(Path(weights))
    return model if factors is None else LowRank(model, factors, strength, text)


class LowRank(Mixer):
    """A model whose network is asked with an adapter, and its text encoders with another strength if that is said."""

    def __init__(self, model: Model, factors: Factors, strength: float, text_strength: float | None = None) -> None:
        self.model, self.factors, self.strength = model, factors, strength
        self.text_strength = strength if text_strength is None else text_strength
        self.space, self.abilities = model.space, model.abilities

    def cost(self, s: float) -> float:
        """The model's."""
        return self.model.cost(s)

    def prompt(self, texts: tuple[str, ...], changes: Changes = UNCHANGED) -> Cond:
        """The model's, its text encoders with the adapter."""
        if self.text_strength == 0:
            return self.model.prompt(texts, changes)
        strength = torch.tensor([self.text_strength], dtype=torch.float64)
        return self.model.prompt(texts, changed(changes, self.factors, strength))

    def asks(self, q: Query, ctx: Context) -> Asks:
        """The same question, with the adapter for all rows."""
        if self.strength == 0:
            return [(self.model, q)]
        strength = torch.full((len(q.rows),), self.strength, dtype=torch.float64)
        return [(self.model, replace(q, changes=changed(q.changes, self.factors, strength)))]

    def combine(self, q: Query, answers: list[Prediction], ctx: Context) -> Prediction:
        """The answer as it is."""
        return answers[0]
