"""A Gaussian or a small mixture fitted to data."""

from __future__ import annotations

from typing import Annotated, Literal

from graphs import Estimate, InputError, Number, Span, abilities, node
from nodes.contracts.media import Image
from nodes.contracts.model import Model
from nodes.contracts.sample import Sample
from nodes.exact.fitting import fitted_to
from nodes.exact.mixture import Mixture
from nodes.model.empirical import points_of
from nodes.model.gaussian import LARGEST_MATRIX


@node(cost=Estimate(each=Span.of(1)), abilities=abilities("prompt", "conditional", "differentiable", "level_map"))
def fitted(
    data: Image | Sample,
    *,
    covariance: Literal["diagonal", "full"] = "diagonal",
    components: Annotated[int, Number(integer=True, minimum=1, maximum=64)] = 1,
    least_std: Annotated[float, Number(minimum=1e-6, maximum=10, scale="log")] = 1e-3,
) -> Model:
    """The exact model of a Gaussian, or of a small mixture of them, fitted to data: a prior for a truncated start.

    x0 ~ Σ w_k N(m_k, C_k). One component has the mean and the covariance of the data, so noised to any level it has
    those of the noised data, α m and α² C + σ² I; several are found by expectation and maximisation (Dempster, Laird &
    Rubin 1977) from data far apart, the same every time. `least_std`² is added to every variance. With noise.marginal
    it draws the start of a truncated diffusion (Zheng et al. 2022, arXiv:2206.05173). Pictures [K, H, W, C] become
    points [C, H, W] with −1 for black and 1 for white; a sample has to be at s = 0. A prompt names components by number
    from 1. Cost: 1 model row per sample. Errors: a sample that is still noised, or tokens; fewer data than components;
    a full covariance of more than 1024 coordinates.
    """
    space, points = points_of(data)
    flat, full = points.flatten(1).cpu(), covariance == "full"
    if len(flat) < components or (full and flat.shape[1] > LARGEST_MATRIX):
        raise InputError(
            "this law cannot be fitted to the data",
            given=f"{len(flat)} points of {flat.shape[1]} coordinates, {components} components, {covariance}",
            allowed=f"as many points as components, and for full covariances at most {LARGEST_MATRIX} coordinates",
        )
    fit = fitted_to(flat, components, full=full, least=least_std**2)
    return Mixture(space, fit.means, fit.covariances, fit.weights, ("",) * components)
