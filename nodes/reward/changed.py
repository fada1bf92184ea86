"""A reward on another scale."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from graphs import InputError, abilities, node
from nodes.contracts.context import Context
from nodes.contracts.reward import Reward
from nodes.contracts.sample import Sample
from nodes.reward.parts import Made, parts_cost


@node(abilities=abilities("composed", like="reward"), cost=parts_cost)
def negate(reward: Reward) -> Reward:
    """The opposite of a reward: r' = −r; what was worst is best. Scores [B]. Cost: that of the reward."""
    return Affine((reward,), -1.0, 0.0)


@node(abilities=abilities("composed", like="reward"), cost=parts_cost, also=("reward.scale",))
def affine(reward: Reward, *, scale: float = 1.0, shift: float = 0.0) -> Reward:
    """A reward on another scale: r' = scale · r + shift. Scores [B]; differentiable where it is.

    What standardises by a mean m and a deviation d known beforehand is scale 1/d, shift −m/d. Cost: that of the reward.
    """
    return Affine((reward,), scale, shift)


@node(abilities=abilities("composed", like="reward"), cost=parts_cost)
def clip(reward: Reward, *, low: float = -1.0, high: float = 1.0) -> Reward:
    """A reward kept between two ends: r' = min(max(r, low), high). Better than `high` is no better than that.

    Scores [B]; the gradient is 0 outside. Cost: that of the reward. Errors: ends the wrong way round.
    """
    if low > high:
        raise InputError("low is above high", given=f"low {low:g}, high {high:g}", mend="exchange them")
    return Clipped((reward,), low, high)


@node(abilities=abilities("composed", like="reward", without=("differentiable",)), cost=parts_cost)
def threshold(reward: Reward, *, threshold: float = 0.0) -> Reward:
    """Whether a reward reaches a threshold: r' = 1 where r ≥ threshold, else 0. Scores [B]; no gradient.

    Cost: that of the reward.
    """
    return Reached((reward,), threshold)


@node(abilities=abilities("composed", like="reward"), cost=parts_cost)
def constraint(reward: Reward, *, threshold: float = 0.0) -> Reward:
    """A soft constraint: r' = min(r − threshold, 0), 0 where the reward reaches the threshold, below it what lacks.

    Scores [B]; differentiable where it is. Cost: that of the reward.
    """
    return Clipped((Affine((reward,), 1.0, -threshold),), -math.inf, 0.0)


class Affine(Made):
    """The reward of `affine` and `negate`."""

    def __init__(self, rewards: tuple[Reward, ...], scale: float, shift: float) -> None:
        super().__init__(rewards)
        self.scale, self.shift = scale, shift

    def score(self, sample: Sample, ctx: Context) -> Tensor:
        """What `scale` and `shift` make of it."""
        return self.scale * self.scores(sample, ctx)[0] + self.shift


class Clipped(Made):
    """The reward of `clip`."""

    def __init__(self, rewards: tuple[Reward, ...], low: float, high: float) -> None:
        super().__init__(rewards)
        self.low, self.high = low, high

    def score(self, sample: Sample, ctx: Context) -> Tensor:
        """Between low and high; NaN stays NaN."""
        return self.scores(sample, ctx)[0].clamp(self.low, self.high)


class Reached(Made):
    """The reward of `threshold`."""

    def __init__(self, rewards: tuple[Reward, ...], threshold: float) -> None:
        super().__init__(rewards, without=frozenset({"differentiable"}))
        self.threshold = threshold

    def score(self, sample: Sample, ctx: Context) -> Tensor:
        """1 or 0; NaN stays NaN, so that a broken reward is found."""
        scores = self.scores(sample, ctx)[0].detach()
        return torch.where(scores.isnan(), scores, (scores >= self.threshold).double())
