"""Exact models of correlated noise."""

from __future__ import annotations

import math

from graphs import Estimate, InputError, Known, abilities, node
from nodes.codec.correlated import Whitening
from nodes.contracts.codec import Codec
from nodes.contracts.model import Model
from nodes.exact.blended import Blended
from nodes.exact.coloured import Coloured, whitened_mixture, whitened_points
from nodes.exact.empirical import Empirical
from nodes.exact.mixture import Mixture
from nodes.model.gaussian import LARGEST_MATRIX


def cost(known: Known) -> Estimate:
    """The model's own."""
    return Estimate(each=known.input("model").each)


@node(abilities=abilities(like="model", without=("level_map",)), cost=cost)
def correlated(model: Model, codec: Codec) -> Model:
    """An exact model under correlated noise: what a network that was trained with that noise becomes.

    x = α x0 + σ L η [B, *event], L Lᵀ = K as `codec`, codec.correlated, has it (Biloš et al. 2022, arXiv:2211.02590;
    VideoFusion, Luo et al. 2023, arXiv:2303.08320). E[x0 | x] = L E[L⁻¹ x0 | L⁻¹ x], and L⁻¹ x0 is a mixture with the
    covariances L⁻¹ C L⁻ᵀ, or the points L⁻¹ a_k. Start it from noise.source with a deterministic solver; or wrap it in
    model.whitened, for any. Conditions as before. Cost: 1 model row per sample.
    Errors: a model that is none of model.gaussian, model.mixture (up to 1024 coordinates) and model.empirical; another
    codec; an axis that the points do not have.
    """
    if not isinstance(codec, Whitening):
        raise InputError(
            "these are no coordinates of correlated noise",
            where="codec",
            given=codec.name,
            allowed="codec.correlated",
        )
    if isinstance(model, Mixture) and math.prod(model.space.event) <= LARGEST_MATRIX:
        return Coloured(whitened_mixture(model, codec.source.colouring(model.space.event)), codec.source)
    if isinstance(model, Empirical) and not isinstance(model, Blended):
        return Coloured(whitened_points(model, codec.source.colouring(model.space.event)), codec.source)
    raise InputError(
        "the law of the data under correlated noise is not known",
        where="model",
        given=f"{type(model).__name__} of {model.space.describe()}",
        allowed="model.gaussian, model.mixture (up to 1024 coordinates) or model.empirical, wired directly",
    )
