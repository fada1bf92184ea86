"""A linear reward, for which everything is known in closed form."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from graphs import InputError, abilities, node
from nodes.contracts.context import Context
from nodes.contracts.devices import moved
from nodes.contracts.reward import Reward
from nodes.contracts.sample import Sample


@node(abilities=abilities("differentiable"))
def linear(*, direction: tuple[float, ...] = (1.0,)) -> Reward:
    """How far a point lies in a direction: r(x) = a · x.

    `direction` a has a number for each number of an event, in its order, or one number for all of them. Data N(m, C)
    tilted by exp(λ r) is N(m + λ C a, C), which makes this the reward to try a method with. Points of any kind but
    tokens; differentiable. Cost: 1 reward a row. Errors: a direction of another length than the event.
    """
    return Linear(torch.tensor(direction, dtype=torch.float64))


class Linear(Reward):
    """The reward of `linear`; `direction` [D] or [1] float64."""

    abilities = frozenset({"differentiable"})

    def __init__(self, direction: Tensor) -> None:
        self.direction = direction

    def score(self, sample: Sample, ctx: Context) -> Tensor:
        """The inner product, in the type of x."""
        size = math.prod(sample.space.event)
        if len(self.direction) not in (1, size) or sample.space.vocabulary:
            raise InputError(
                "the direction does not fit the points",
                where="direction",
                given=f"{len(self.direction)} numbers for points of {sample.space.describe()}",
                allowed="1 number for all coordinates, or one for each; no tokens",
                mend=f"give {size} numbers" if not sample.space.vocabulary else "wire another reward",
            )
        direction = moved(self.direction.to(sample.x.dtype), sample.x.device)
        return (sample.x.flatten(1) * direction).sum(1)
