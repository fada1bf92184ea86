"""Noise that is not Gaussian."""

from __future__ import annotations

from typing import Literal, TypeAlias

from graphs import Count, Estimate, Seed, node
from nodes.contracts.model import Model
from nodes.contracts.sample import Sample
from nodes.noise.batch import First, batch, space_of, with_source

Law: TypeAlias = Literal["of_like", "uniform", "laplace", "logistic"]


@node(cost=lambda known: Estimate(rows=known.number("count")))
def source(
    like: Model | Sample | None = None,
    *,
    law: Law = "of_like",
    count: Count = 16,
    seed: Seed = 0,
    first: First = 0,
    shape: tuple[int, ...] = (),
) -> Sample:
    """Pure noise of any law, a start as of iterative α-(de)blending (Heitz et al. 2023, arXiv:2305.03486).

    x = ε at s = inf, [count, *event]. "of_like" is the law that `like` was made for, as model.empirical with a source,
    or normal, where it names none. The others have independent coordinates of mean 0 and variance 1: "uniform" on
    [−√3, √3], "laplace" e^(−√2 |ε|)/√2, "logistic" ∝ 1/cosh²(π ε/2√3). α-(de)blending is then any deterministic
    solver: its step x_a + Δa (x0 − ε) with 1 − a = s/(1 + s) is solver.euler, its grid levels.uniform_time of a flow
    (a network of its target is "iadb"). A stochastic solver draws normal noise, and refuses this. The shape is that of
    `like`, or else `shape`. A row depends on `seed` and its number only. Cost: none.
    Errors: neither `like` nor `shape`; a `like` of tokens, or made for other noise; a batch of more than 2^28 numbers.
    """
    space = space_of(like, shape)
    return batch(space if law == "of_like" else with_source(space, law), count, seed, first)
