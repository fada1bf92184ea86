"""Several rewards as one."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import torch
from torch import Tensor

from graphs import InputError, NumberList, abilities, node
from nodes.contracts.context import Context
from nodes.contracts.devices import moved
from nodes.contracts.reward import Reward
from nodes.contracts.sample import Sample
from nodes.reward.parts import Made, parts_cost

Weights: TypeAlias = Annotated[tuple[float, ...], NumberList()]
Extreme: TypeAlias = Literal["minimum", "maximum"]


@node(abilities=abilities("composed", like="rewards"), cost=parts_cost, also=("reward.sum",))
def weighted_sum(rewards: tuple[Reward, ...], *, weights: Weights = ()) -> Reward:
    """Several rewards as one: r = Σ w_i r_i. exp(r) is the product of the experts exp(w_i r_i) (Hinton 2002).

    Without `weights` each counts 1. Scores [B]; differentiable where all are. Cost: that of all rewards.
    Errors: no reward; as many weights as rewards are not given; rewards on different spaces.
    """
    if weights and len(weights) != len(rewards):
        raise InputError(
            "there is not one weight for each reward",
            where="weights",
            given=f"{len(weights)} weights for {len(rewards)} rewards",
            allowed=f"{len(rewards)} weights, or none",
        )
    return WeightedSum(rewards, weights or (1.0,) * len(rewards))


@node(abilities=abilities("composed", like="rewards"), cost=parts_cost)
def product(rewards: tuple[Reward, ...]) -> Reward:
    """The product of rewards: r = Π r_i, of use where all are at least 0, as indicators or probabilities.

    Of indicators it is 1 where all are. (The product of experts exp(r_i) is reward.weighted_sum.) Scores [B];
    differentiable where all are. Cost: that of all rewards. Errors: no reward; rewards on different spaces.
    """
    return Product(rewards)


@node(abilities=abilities("composed", like="rewards"), cost=parts_cost, also=("reward.min",))
def minimum(rewards: tuple[Reward, ...]) -> Reward:
    """The worst of several rewards: r = min r_i, so that all must be good. Scores [B]; differentiable where all are.

    Bring them to one scale before, as with reward.affine. Cost: that of all rewards.
    Errors: no reward; rewards on different spaces.
    """
    return Extremal(rewards, "minimum")


@node(abilities=abilities("composed", like="rewards"), cost=parts_cost, also=("reward.max",))
def maximum(rewards: tuple[Reward, ...]) -> Reward:
    """The best of several rewards: r = max r_i, so that one must be good. Scores [B]; differentiable where all are.

    Bring them to one scale before, as with reward.affine. Cost: that of all rewards.
    Errors: no reward; rewards on different spaces.
    """
    return Extremal(rewards, "maximum")


class WeightedSum(Made):
    """The reward of `weighted_sum`."""

    def __init__(self, rewards: tuple[Reward, ...], weights: tuple[float, ...]) -> None:
        super().__init__(rewards)
        self.weights = weights

    def score(self, sample: Sample, ctx: Context) -> Tensor:
        """Σ w_i r_i."""
        scores = self.scores(sample, ctx)
        return moved(torch.tensor(self.weights, dtype=torch.float64), scores.device) @ scores


class Product(Made):
    """The reward of `product`."""

    def score(self, sample: Sample, ctx: Context) -> Tensor:
        """Π r_i."""
        return self.scores(sample, ctx).prod(0)


class Extremal(Made):
    """The reward of `minimum` and `maximum`."""

    def __init__(self, rewards: tuple[Reward, ...], extreme: Extreme) -> None:
        super().__init__(rewards)
        self.extreme: Extreme = extreme

    def score(self, sample: Sample, ctx: Context) -> Tensor:
        """The smallest or the largest."""
        scores = self.scores(sample, ctx)
        return scores.amin(0) if self.extreme == "minimum" else scores.amax(0)
