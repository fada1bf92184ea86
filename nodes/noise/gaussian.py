"""Gaussian noise."""

from __future__ import annotations

import math
from typing import Annotated

import torch

from graphs import Count, Estimate, InputError, Number, Seed, node
from nodes.contracts.draws import normal
from nodes.contracts.model import Model
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space

LARGEST_BATCH = 2**28
"""Numbers in one batch at the most: a gibibyte of float32."""


@node(cost=lambda known: Estimate(rows=known.number("count")))
def gaussian(
    like: Model | Sample | None = None,
    *,
    count: Count = 16,
    seed: Seed = 0,
    first: Annotated[int, Number(integer=True, minimum=0, maximum=2**31)] = 0,
    shape: tuple[int, ...] = (),
) -> Sample:
    """Pure Gaussian noise, the start of a sample.

    x ~ N(0, 1) at s = inf, [count, *event]. The shape of an event is that of `like`, a model or a sample, or else
    `shape`, as [1, 32, 32]. A row's noise depends on `seed` and the row's number only: a larger batch begins with the
    same rows, and `first` = 3 with `count` = 1 gives the fourth row alone.
    Cost: none. Errors: neither `like` nor `shape`; a `like` of tokens; a batch of more than 2^28 numbers.
    """
    space = like.space if like is not None else Space("pixels", shape)
    if not space.event or min(space.event) < 1:
        raise InputError(
            "the noise has no shape",
            given=f"shape {list(shape)}",
            allowed="positive sizes, as [1, 32, 32]",
            mend="wire `like` to the model, or set `shape`",
        )
    if space.vocabulary:
        raise InputError(
            "tokens do not begin as Gaussian noise",
            where="like",
            given=f"{space.describe()} (tokens)",
            allowed="a model or a sample of real numbers",
            mend="use noise.masked",
        )
    if count * math.prod(space.event) > LARGEST_BATCH:
        given = f"{count} × {list(space.event)}"
        raise InputError("the batch is too large", given=given, allowed="2^28 numbers", mend="lower `count`")
    rows = Rows.first(seed, count, first)
    return Sample(normal(rows, space.event, "start"), torch.full((count,), math.inf, dtype=torch.float64), space, rows)
