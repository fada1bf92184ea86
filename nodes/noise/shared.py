"""Noise that the rows of a batch share in part."""

from __future__ import annotations

import math

from graphs import Count, Estimate, Fraction, Seed, node
from nodes.contracts.draws import normal
from nodes.contracts.model import Model
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.noise.batch import First, batch, space_of, with_source


@node(cost=lambda known: Estimate(rows=known.number("count")))
def shared(
    like: Model | Sample | None = None,
    *,
    share: Fraction = 0.5,
    count: Count = 16,
    seed: Seed = 0,
    first: First = 0,
    shape: tuple[int, ...] = (),
) -> Sample:
    """Gaussian noise with a base that all rows share, as the frames of a video (VideoFusion, arXiv:2303.08320).

    x_r = √share b + √(1 − share) η_r at s = inf, [count, *event] (Luo et al. 2023): b is one for the batch, η_r is
    that of noise.gaussian. Two rows have the correlation `share`; each by itself is N(0, 1), so any model and any
    solver takes it as noise, and rows that a deterministic solver makes of it are akin. With share 0 it is
    noise.gaussian. Frames along an axis of the event, and models that were trained with such noise: codec.correlated.
    The shape is that of `like`, or else `shape`. A row depends on `seed` and its number only. Cost: none.
    Errors: neither `like` nor `shape`; a `like` of tokens, or made for other noise; a batch of more than 2^28 numbers.
    """
    drawn = batch(with_source(space_of(like, shape), None), count, seed, first)
    if not share:
        return drawn
    base = normal(Rows.first(seed, 1), drawn.space.event, "base")
    return Sample(math.sqrt(share) * base + math.sqrt(1 - share) * drawn.x, drawn.s, drawn.space, drawn.rows)
