"""A quadratic reward, for which everything is known in closed form."""

from __future__ import annotations

import math
from typing import Annotated

import torch
from torch import Tensor

from graphs import InputError, Number, abilities, node
from nodes.contracts.context import Context
from nodes.contracts.devices import moved, take_rows
from nodes.contracts.reward import Reward
from nodes.contracts.sample import Sample


@node(abilities=abilities("differentiable"))
def quadratic(
    target: Sample | None = None,
    *,
    point: tuple[float, ...] = (0.0,),
    tau: Annotated[float, Number(minimum=1e-6, maximum=1e6, scale="log")] = 1.0,
) -> Reward:
    """How near a point lies to a target b: r(x) = −|x − b|²/(2 tau²).

    b is the clean sample `target`, of which row r has the row `origin mod R`, or else `point`: a number for each number
    of an event, in its order, or one for all of them. Data tilted by exp(r) are those that were measured at b with
    noise of deviation tau: N(m, C) becomes N(m + K (b − m), C − K C) with K = C (C + tau²)⁻¹. Points of any kind but
    tokens; differentiable. Cost: 1 reward a row. Errors: a target of another shape than the event.
    """
    if target is None:
        return Quadratic(torch.tensor([point], dtype=torch.float64), tau)
    target.require_clean("target")
    return Quadratic(target.x.flatten(1), tau)


class Quadratic(Reward):
    """The reward of `quadratic`; `targets` [R, D] or [R, 1]."""

    abilities = frozenset({"differentiable"})

    def __init__(self, targets: Tensor, tau: float) -> None:
        self.targets, self.tau = targets, tau

    def score(self, sample: Sample, ctx: Context) -> Tensor:
        """Less half the squared distance in units of tau."""
        size = math.prod(sample.space.event)
        if self.targets.shape[1] not in (1, size) or sample.space.vocabulary:
            raise InputError(
                "the target does not fit the points",
                where="target",
                given=f"{self.targets.shape[1]} numbers for points of {sample.space.describe()}",
                allowed="1 number for all coordinates, or one for each; no tokens",
                mend="wire a target like the sample, or give as many numbers as `point`",
            )
        targets = moved(self.targets.to(sample.x.dtype), sample.x.device)
        apart = sample.x.flatten(1) - take_rows(targets, sample.rows.origin % len(targets))
        return -apart.square().sum(1) / (2 * self.tau**2)
