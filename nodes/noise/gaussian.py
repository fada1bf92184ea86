"""Gaussian noise."""

from __future__ import annotations

from graphs import Count, Estimate, Seed, node
from nodes.contracts.model import Model
from nodes.contracts.sample import Sample
from nodes.noise.batch import First, batch, space_of, with_source


@node(cost=lambda known: Estimate(rows=known.number("count")))
def gaussian(
    like: Model | Sample | None = None,
    *,
    count: Count = 16,
    seed: Seed = 0,
    first: First = 0,
    shape: tuple[int, ...] = (),
) -> Sample:
    """Pure Gaussian noise, the start of a sample.

    x ~ N(0, 1) at s = inf, [count, *event]. The shape of an event is that of `like`, a model or a sample, or else
    `shape`, as [1, 32, 32]. A row's noise depends on `seed` and the row's number only: a larger batch begins with the
    same rows, and `first` = 3 with `count` = 1 gives the fourth row alone.
    Cost: none. Errors: neither `like` nor `shape`; a `like` of tokens, or made for other noise; a batch of more than
    2^28 numbers.
    """
    return batch(with_source(space_of(like, shape), None), count, seed, first)
