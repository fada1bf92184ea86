"""The prior of PFGM++."""

from __future__ import annotations

import math
from typing import Annotated, TypeAlias

from graphs import Count, Estimate, Number, Seed, also, node
from nodes.contracts.model import Model
from nodes.contracts.sample import Sample
from nodes.noise.batch import First, batch, space_of, with_source
from nodes.sources.heavy_tailed import HeavyTailed

Augmented: TypeAlias = Annotated[
    float, Number(minimum=1, maximum=1e6, infinite=True, scale="log"), also("aug_dim", "D", "aug_D")
]


@node(cost=lambda known: Estimate(rows=known.number("count")))
def pfgmpp(
    like: Model | Sample | None = None,
    *,
    augmented_dimension: Augmented = 128.0,
    count: Count = 16,
    seed: Seed = 0,
    first: First = 0,
    shape: tuple[int, ...] = (),
) -> Sample:
    """The prior of PFGM++ (Xu et al. 2023, arXiv:2302.04265): heavy-tailed noise, the start of a sample.

    With D = augmented_dimension and N numbers in an event, x = ε at s = inf has a uniform direction and the length
    √D √(B/(1 − B)), B ~ Beta(N/2, D/2). It enters the first level s as y = s ε, of length r √(B/(1 − B)) for the
    paper's r = s √D. ε is the noise of noise.gaussian with the same seed times √(D/χ²_D): for D = inf it is that
    itself, and D = 1 is a Poisson flow (PFGM). Any deterministic solver and any levels take it as they are, dy/ds =
    (y − x0)/s; a stochastic one refuses it. The model has to be one of the same D, as model.pfgmpp.
    The shape is that of `like`, or else `shape`. A row depends on `seed` and its number only. Cost: none.
    Errors: neither `like` nor `shape`; a `like` of tokens, or made for other noise; a batch of more than 2^28 numbers.
    """
    name = None if math.isinf(augmented_dimension) else HeavyTailed(augmented_dimension).name
    return batch(with_source(space_of(like, shape), name), count, seed, first)
