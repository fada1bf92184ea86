"""A set of pictures or points as a model of PFGM++."""

from __future__ import annotations

import math
from dataclasses import replace

from graphs import Estimate, Prompt, RunContext, Span, abilities, node
from nodes.contracts.devices import moved
from nodes.contracts.media import Image
from nodes.contracts.model import Model
from nodes.contracts.sample import Sample
from nodes.exact.blended import Blended
from nodes.exact.empirical import Empirical
from nodes.exact.lists import Numbers, weights_of
from nodes.model.empirical import classes_of, points_of
from nodes.noise.pfgmpp import Augmented
from nodes.sources.heavy_tailed import HeavyTailed


@node(cost=Estimate(each=Span.of(1)), abilities=abilities("prompt", "conditional", "differentiable"))
def pfgmpp(
    data: Image | Sample,
    *,
    augmented_dimension: Augmented = 128.0,
    labels: Prompt = "",
    weights: Numbers = (),
    run: RunContext,
) -> Model:
    """The exact denoiser of PFGM++ for a finite set of data (Xu et al. 2023, arXiv:2302.04265).

    E[x0 | y] = Σ r_k a_k with r_k ∝ w_k (|y − a_k|² + r²)^(−(N + D)/2) for y = x/α, r = s √D, D = augmented_dimension
    and N numbers in an event; for D = inf it is model.empirical. Start it from noise.pfgmpp, wired `like` this, with
    any deterministic solver. Pictures [K, H, W, C] become points [C, H, W] with −1 for black and 1 for white; a sample
    has to be at s = 0. `labels`, one a line, are the classes of the data in turn; a prompt (cond.prompt) names classes
    or numbers from 1. Gradients flow. Cost: 1 model row per sample, and as many distances as there are data.
    Errors: a sample that is still noised, or tokens.
    """
    space, points = points_of(data)
    own, shares, classes = moved(points, run.device), weights_of(weights, len(points)), classes_of(labels, len(points))
    if math.isinf(augmented_dimension):
        return Empirical(space, own, shares, classes)
    source = HeavyTailed(augmented_dimension)
    return Blended(replace(space, source=source.name), own, shares, classes, source)
