"""Gaussian noise."""

from __future__ import annotations

from graphs import Count, Estimate, Seed, node
from nodes.contracts.model import Model
from nodes.contracts.sample import Sample
from nodes.noise.batch import First, Side, batch, sized, space_of, with_source


@node(cost=lambda known: Estimate(rows=known.number("count")))
def gaussian(
    like: Model | Sample | None = None,
    *,
    count: Count = 16,
    seed: Seed = 0,
    first: First = 0,
    shape: tuple[int, ...] = (),
    width: Side = 0,
    height: Side = 0,
) -> Sample:
    """Pure Gaussian noise, the start of a sample.

    x ~ N(0, 1) at s = inf, [count, *event]. The shape of an event is that of `like`, a model or a sample, or else
    `shape`, as [1, 32, 32]. `width` and `height` are those of the picture that is wanted, for networks that draw other
    sizes than they were trained with (0 is that size); latents have a cell for so many pixels. A row's noise depends on
    `seed` and the row's number only: a larger batch begins with the same rows, and `first` = 3 with `count` = 1 gives
    the fourth row alone.
    Cost: none. Errors: neither `like` nor `shape`; a `like` of tokens, or made for other noise; sides that the cells do
    not divide, or of what is no picture; a batch of more than 2^28 numbers.
    """
    return batch(sized(with_source(space_of(like, shape), None), width, height), count, seed, first)
