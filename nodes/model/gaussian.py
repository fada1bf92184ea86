"""One Gaussian as a model."""

from __future__ import annotations

import math

from graphs import Estimate, InputError, Span, abilities, node
from nodes.contracts.model import Model
from nodes.contracts.space import Space
from nodes.exact.gaussian import Gaussian
from nodes.exact.lists import Numbers, covariances_of, means_of

LARGEST_MATRIX = 1024
"""Coordinates for which a full covariance is held, at the most."""


@node(cost=Estimate(each=Span.of(1)), abilities=abilities("differentiable", "level_map"))
def gaussian(
    *,
    mean: Numbers = (0.0, 0.0),
    std: Numbers = (1.0,),
    covariance: Numbers = (),
    shape: tuple[int, ...] = (),
) -> Model:
    """The exact model of Gaussian data, x0 ~ N(mean, covariance): all that samplers do to it can be computed.

    E[x0 | x] = m + α C S⁻¹ (x − α m) with S = α² C + σ² I. Points have `shape`, or as many coordinates as the mean.
    `mean` and `std`, the standard deviations, have one number for all coordinates, or one for each. `covariance`, a
    symmetric matrix row by row, takes the place of `std`. Levels may differ by place, gradients flow.
    Cost: 1 model row per sample, in the type of the points. Errors: lists of the wrong length, a negative
    `std`, a covariance that is none.
    """
    event = shape or (len(mean),)
    size = math.prod(event)
    means = means_of(mean, size)
    if len(means) != 1 or min(event) < 1 or (covariance and size > LARGEST_MATRIX):
        raise InputError(
            "the mean does not fit the shape",
            given=f"{len(mean)} numbers for {list(event)}",
            allowed=f"one number or {size}; with a covariance at most {LARGEST_MATRIX} coordinates",
        )
    return Gaussian(Space("points", event), means[0], covariances_of(std, covariance, 1, size)[0])
