"""A reward relative to the other rows of the same origin."""

from __future__ import annotations

import torch
from torch import Tensor

from graphs import abilities, node
from nodes.contracts.context import Context
from nodes.contracts.reward import Reward
from nodes.contracts.sample import Sample
from nodes.reward.parts import Made, parts_cost
from nodes.reward.spreading import within_origin

LEAST = 1e-8
"""Added to the deviation, so that equal scores are 0."""


@node(
    abilities=abilities("composed", "population", like="reward"),
    cost=parts_cost,
    also=("reward.standardize",),
)
def standardise(reward: Reward) -> Reward:
    """A reward in units of its own spread: r' = (r − mean)/(deviation + 1e-8) over the rows of the same origin.

    So particles of a sample are weighed by how they compare, whatever the scale of the reward (as in GRPO, Shao et al.
    2024, arXiv:2402.03300); a row alone has 0. It keeps nothing between calls: a running mean would make a row's score
    depend on what was scored before. It compares rows, and is of use where they are scored together. Scores [B].
    Cost: that of the reward.
    """
    return Standardised((reward,))


@node(abilities=abilities("composed", "population", like="reward", without=("differentiable",)), cost=parts_cost)
def rank(reward: Reward) -> Reward:
    """A reward by rank: r' = (how many are worse + ½ how many others are as good)/(K − 1), of the K rows of one origin.

    0 is the worst, 1 the best, ties have the middle; a row alone has ½. What only orders rows has this scale whatever
    the reward is. It compares rows, and is of use where they are scored together. Scores [B]; no gradient.
    Cost: that of the reward.
    """
    return Ranked((reward,), frozenset({"differentiable"}))


class Standardised(Made):
    """The reward of `standardise`."""

    def __init__(self, rewards: tuple[Reward, ...]) -> None:
        super().__init__(rewards)
        self.abilities = self.abilities | {"population"}

    def score(self, sample: Sample, ctx: Context) -> Tensor:
        """In units of the deviation."""
        return within_origin(sample.rows, self.scores(sample, ctx)[0], standardised)


class Ranked(Made):
    """The reward of `rank`."""

    def __init__(self, rewards: tuple[Reward, ...], without: frozenset[str] = frozenset()) -> None:
        super().__init__(rewards, without)
        self.abilities = self.abilities | {"population"}

    def score(self, sample: Sample, ctx: Context) -> Tensor:
        """By rank; NaN stays NaN, so that a broken reward is found."""
        return within_origin(sample.rows, self.scores(sample, ctx)[0].detach(), ranked)


def standardised(scores: Tensor) -> Tensor:
    """(r − mean)/(deviation + 1e-8)."""
    apart = scores - scores.mean()
    return apart / (torch.sqrt(apart.square().mean() + LEAST**2) + LEAST)


def ranked(scores: Tensor) -> Tensor:
    """The share of the others that are worse, ties by half."""
    if len(scores) == 1:
        return torch.where(scores.isnan(), scores, 0.5)
    worse = (scores[:, None] > scores).double().sum(1)
    equal = (scores[:, None] == scores).double().sum(1) - 1
    return torch.where(scores.isnan(), scores, (worse + equal / 2) / (len(scores) - 1))
