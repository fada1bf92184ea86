"""A plain function as a reward."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from nodes.contracts.context import Context
from nodes.contracts.reward import Reward
from nodes.contracts.sample import Sample


def scored_by(function: Callable[[Tensor], Tensor], *, space: str = "pixels", differentiable: bool = False) -> Reward:
    """A reward that is a function from clean points x [B, *event] to scores [B]; larger is better.

    `space` names the points that it reads, "any" for all. Where it is `differentiable` by x, gradients flow through it.
    What the function closes over is part of the reward: numbers, text and tensors.
    """
    return Scored(function, space, differentiable=differentiable)


class Scored(Reward):
    """The reward of `scored_by`."""

    def __init__(self, function: Callable[[Tensor], Tensor], space: str, *, differentiable: bool) -> None:
        self.function, self.space = function, space
        self.abilities = frozenset({"differentiable"} if differentiable else ())

    def score(self, sample: Sample, ctx: Context) -> Tensor:
        """What the function says; without gradients where it has none."""
        with torch.set_grad_enabled(torch.is_grad_enabled() and "differentiable" in self.abilities):
            return self.function(sample.x)
