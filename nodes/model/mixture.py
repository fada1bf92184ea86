"""A mixture of Gaussians as a model."""

from __future__ import annotations

from typing import Annotated, Literal

from graphs import Estimate, InputError, Number, Prompt, Span, abilities, node
from nodes.contracts.model import Model
from nodes.contracts.space import Space
from nodes.exact.lists import Numbers, covariances_of, means_of, weights_of
from nodes.exact.mixture import Mixture
from nodes.exact.shapes import shape_named

Preset = Literal["ring", "grid", "two_moons", "spiral", "own"]


@node(cost=Estimate(each=Span.of(1)), abilities=abilities("prompt", "conditional", "differentiable", "level_map"))
def mixture(
    *,
    preset: Preset = "ring",
    components: Annotated[int, Number(integer=True, minimum=1, maximum=4096)] = 8,
    std: Annotated[float, Number(minimum=1e-4, maximum=100, scale="log")] = 0.1,
    weights: Numbers = (),
    names: Prompt = "",
    dimension: Annotated[int, Number(integer=True, minimum=1, maximum=1024)] = 2,
    means: Numbers = (),
    covariances: Numbers = (),
) -> Model:
    """The exact model of a mixture of Gaussians, x0 ~ Σ w_k N(m_k, C_k), with conditions that choose components.

    E[x0 | x] = Σ r_k (m_k + α C_k S_k⁻¹ (x − α m_k)), S_k = α² C_k + σ² I, r_k ∝ w_k N(x; α m_k, S_k). The presets lie
    in the plane within [−1, 1]²: a ring, a grid, two moons and a spiral of two arms, of about so many `components`,
    `std` wide. "own" takes `means` [K·dimension], one component after the other, and `covariances` [dimension²] for all
    or [K·dimension²], row by row; without them each is `std`² I. `weights` are equal unless given.
    A prompt (cond.prompt) names components by number from 1, or classes, as "1 3" or "upper"; the empty one is all.
    `names`, one a line, are the classes of the components in turn. Levels may differ by place, gradients flow.
    Cost: 1 model row per sample, in the type of the points.
    Errors: lists of the wrong length, a covariance that is none.
    """
    if preset == "own":
        rows = means_of(means or (0.0,), dimension)
        spread = covariances_of((std,), covariances, len(rows), dimension)
        classes: tuple[str, ...] = ("",) * len(rows)
    else:
        if means or covariances or dimension != 2:  # noqa: PLR2004 - the plane
            raise InputError(
                "a preset brings its own components",
                given=f'preset "{preset}" with means, covariances or a dimension',
                mend='set `preset` to "own", or leave the others as they are',
            )
        rows, spread, classes = shape_named(preset, components, std)
    lines = [line.strip() for line in names.split("\n") if line.strip()]
    if lines:
        classes = tuple(lines[number % len(lines)] for number in range(len(rows)))
    return Mixture(Space("points", (rows.shape[1],)), rows, spread, weights_of(weights, len(rows)), classes)
