"""How different the samples of one row are."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from graphs import InputError, abilities, node
from nodes.contracts.context import Context
from nodes.contracts.reward import Reward
from nodes.contracts.sample import Sample
from nodes.reward.spreading import within_origin


@node(abilities=abilities("population"))
def diversity() -> Reward:
    """Diversity, with one left out: a row's mean distance from the other rows of its origin.

    r_i = Σ_{j ≠ i} |x_i − x_j|/((K − 1) √D) over the K rows of one origin, as the particles of a sample, D the numbers
    of an event; 0 for a row alone. Their mean is the mean distance of all pairs. It compares rows, and is of use where
    they are scored together, as in search.fk_steering. Points of real numbers. Cost: 1 reward a row. Errors: tokens.
    """
    return Diversity()


class Diversity(Reward):
    """The reward of `diversity`."""

    abilities = frozenset({"population"})

    def score(self, sample: Sample, ctx: Context) -> Tensor:
        """The mean distances."""
        if sample.space.vocabulary:
            raise InputError("tokens have no distance", given=sample.space.describe(), allowed="points of real numbers")
        x = sample.x.double().flatten(1) / math.sqrt(math.prod(sample.space.event))
        return within_origin(sample.rows, x, mean_distance)


def mean_distance(points: Tensor) -> Tensor:
    """The mean distance of each of these points [K, D] from the others, [K]."""
    others = max(len(points) - 1, 1)
    return torch.stack([(point - points).square().sum(1).sqrt().sum() / others for point in points])
