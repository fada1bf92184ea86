"""A model of correlated noise among standard solvers."""

from __future__ import annotations

from dataclasses import replace

from graphs import Estimate, InputError, Known, abilities, node
from nodes.codec.correlated import Whitening
from nodes.contracts.codec import Codec
from nodes.contracts.context import Context
from nodes.contracts.model import Asks, Mixer, Model
from nodes.contracts.query import Prediction, Query


def cost(known: Known) -> Estimate:
    """The model's own."""
    return Estimate(each=known.input("model").each)


@node(abilities=abilities(like="model", without=("prompt", "level_map")), cost=cost)
def whitened(model: Model, codec: Codec) -> Model:
    """A model that was made for correlated noise, in the coordinates in which its noise is white.

    `codec` is codec.correlated. A point z [B, *event] is shown to the model as x = L z, at the same level, and its
    answer x0 is L⁻¹ x0: then z = α L⁻¹ x0 + σ η is a standard diffusion, for every solver, stochastic ones too, from
    noise.gaussian wired `like` this (Biloš et al. 2022, arXiv:2211.02590). decoder.decode with the codec brings the
    sample back. A model that names no law of noise is taken to be made for the codec's.
    Cost: 1 model row per sample. Errors: another codec; a model of tokens, or of other noise; an axis that it lacks.
    """
    if not isinstance(codec, Whitening):
        raise InputError(
            "these are no coordinates of correlated noise",
            where="codec",
            given=codec.name,
            allowed="codec.correlated",
        )
    if model.space.vocabulary or model.space.source not in (None, codec.name):
        raise InputError(
            "the model is not of the codec's noise",
            where="model",
            given=f"{model.space.describe()}, noise of the law {model.space.source or 'normal'}",
            allowed=f"points of real numbers, noise of the law {codec.name}",
        )
    return Whitened(model, codec)


class Whitened(Mixer):
    """The model of `whitened`."""

    def __init__(self, model: Model, codec: Whitening) -> None:
        self.model = model
        self.abilities = model.abilities - {"prompt", "level_map"}
        self.space = replace(model.space, codec=codec.name, source=None)
        self.colouring = codec.source.colouring(model.space.event)

    def cost(self, s: float) -> float:
        """The model's own."""
        return self.model.cost(s)

    def asks(self, q: Query, ctx: Context) -> Asks:
        """About L z."""
        return [(self.model, replace(q, x=self.colouring.colour(q.x)))]

    def combine(self, q: Query, answers: list[Prediction], ctx: Context) -> Prediction:
        """L⁻¹ of the answer."""
        eps = answers[0].eps
        white = self.colouring.whiten(answers[0].x0)
        return Prediction(white, None if eps is None else self.colouring.whiten(eps))
