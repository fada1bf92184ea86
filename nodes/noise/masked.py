"""Noise for tokens."""

from __future__ import annotations

import math

import torch

from graphs import Count, Estimate, InputError, Seed, node
from nodes.contracts.model import Model
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.noise.batch import LARGEST_BATCH, First


@node(cost=lambda known: Estimate(rows=known.number("count")))
def masked(
    like: Model | Sample,
    *,
    count: Count = 16,
    seed: Seed = 0,
    first: First = 0,
) -> Sample:
    """Tokens of which nothing is known, the start of a sample of a token model (Sahoo et al. 2024, arXiv:2406.07524).

    x [count, *event] int64 is the mask everywhere, at s = inf. `seed` and the row's number decide what will be drawn:
    a larger batch begins with the same rows, and `first` = 3 with `count` = 1 gives the fourth row alone.
    Cost: none. Errors: a model of real numbers; a batch of more than 2^28 tokens.
    """
    space = like.space
    if not space.vocabulary:
        raise InputError(
            "only tokens can be masked",
            given=space.describe(),
            allowed="a model or a sample of tokens, as model.table",
            mend="use noise.gaussian for points of real numbers",
        )
    if count * math.prod(space.event) > LARGEST_BATCH:
        given = f"{count} × {list(space.event)}"
        raise InputError("the batch is too large", given=given, allowed="2^28 tokens", mend="lower `count`")
    x = torch.full((count, *space.event), space.mask, dtype=torch.int64)
    return Sample(x, torch.full((count,), math.inf, dtype=torch.float64), space, Rows.first(seed, count, first))
