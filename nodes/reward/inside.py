"""Points inside a region."""

from __future__ import annotations

import math
from typing import Annotated, Literal, TypeAlias

import torch
from torch import Tensor

from graphs import InputError, Number, abilities, node
from nodes.contracts.context import Context
from nodes.contracts.devices import moved
from nodes.contracts.reward import Reward
from nodes.contracts.sample import Sample

Region: TypeAlias = Literal["ball", "box"]


@node(abilities=abilities(), also=("reward.inside_region", "reward.indicator"))
def inside(
    *,
    region: Region = "ball",
    centre: tuple[float, ...] = (0.0,),
    radius: Annotated[float, Number(minimum=1e-9, maximum=1e9)] = 1.0,
) -> Reward:
    """Whether a point lies inside a region: r(x) = 1 in it, its edge included, and 0 outside.

    "ball": |x − centre| ≤ radius; "box": |x_i − centre_i| ≤ radius for every coordinate. `centre` has a number for each
    number of an event, or one for all. It has no gradient; what tilts by exp(λ r) makes the inside e^λ times as likely,
    and E r is the probability of the region. Points of any kind but tokens. Cost: 1 reward a row.
    Errors: a centre of another length than the event.
    """
    return Inside(region, torch.tensor(centre, dtype=torch.float64), radius)


class Inside(Reward):
    """The reward of `inside`; `centre` [D] or [1] float64."""

    def __init__(self, region: Region, centre: Tensor, radius: float) -> None:
        self.region: Region = region
        self.centre, self.radius = centre, radius

    def score(self, sample: Sample, ctx: Context) -> Tensor:
        """1 or 0."""
        size = math.prod(sample.space.event)
        if len(self.centre) not in (1, size) or sample.space.vocabulary:
            raise InputError(
                "the centre does not fit the points",
                where="centre",
                given=f"{len(self.centre)} numbers for points of {sample.space.describe()}",
                allowed="1 number for all coordinates, or one for each; no tokens",
            )
        apart = sample.x.detach().double().flatten(1) - moved(self.centre, sample.x.device)
        far = apart.abs().amax(1) if self.region == "box" else apart.square().sum(1).sqrt()
        return torch.where(far.isnan(), far, (far <= self.radius).double())  # NaN lies nowhere
