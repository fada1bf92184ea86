"""How near samples are to a reference, as laws."""

from __future__ import annotations

import math
from typing import Annotated, Literal, TypeAlias

import torch
from torch import Tensor
from torch.nn import functional

from graphs import InputError, Number, abilities, also, node
from nodes.contracts.context import Context
from nodes.contracts.devices import moved, take_rows
from nodes.contracts.draws import normals
from nodes.contracts.reward import Reward
from nodes.contracts.sample import Sample
from nodes.reward.spreading import on_device

PICTURE = 3
Side: TypeAlias = Annotated[int, Number(integer=True, minimum=1, maximum=64)]


@node(abilities=abilities("differentiable"))
def sliced_wasserstein(
    reference: Sample,
    *,
    of: Literal["coordinates", "patches"] = "coordinates",
    patch: Side = 3,
    projections: Annotated[int, Number(integer=True, minimum=1, maximum=4096), also("num_projections")] = 64,
) -> Reward:
    """Near to a reference by the sliced Wasserstein distance (Bonneel et al. 2015): r = −mean over θ of W2²(θ·a, θ·b).

    A row x is a cloud of points a, its reference b another: along a line W2² = ∫ (F_a⁻¹(u) − F_b⁻¹(u))² du, exactly,
    also where they differ in number, found by sorting. "coordinates": the cloud is the positions of an event [C, ...],
    each a point of its C channels (colours, whatever their places); "patches": all patches of `patch` × `patch` of a
    picture, for texture. θ are `projections` unit vectors, the same always. Row r has the row `origin mod R` of the
    reference. 0 where both clouds are the same; differentiable. Cost: 1 reward a row.
    Errors: tokens; a reference with other channels; patches of what is no picture, or larger than it.
    """
    reference.require_clean("reference")
    return SlicedWasserstein(reference.x, patch if of == "patches" else 0, projections)


@node(abilities=abilities("differentiable", "population"))
def population_wasserstein(
    reference: Sample,
    *,
    projections: Annotated[int, Number(integer=True, minimum=1, maximum=4096), also("num_projections")] = 64,
) -> Reward:
    """The law of the samples near to that of a reference: r = −mean over θ of W2²(θ·x, θ·reference), of whole rows.

    The rows of one origin, as the particles of a sample, are a cloud of points, all rows of the reference another; each
    row is given the score of its origin. W2 is sliced (Bonneel et al. 2015) along `projections` unit vectors θ, the
    same always, and exact along each. Points [B, *event] of real numbers; differentiable. Cost: 1 reward a row.
    Errors: tokens; a reference of another event.
    """
    reference.require_clean("reference")
    return PopulationWasserstein(reference.x, projections)


class SlicedWasserstein(Reward):
    """The reward of `sliced_wasserstein`."""

    abilities = frozenset({"differentiable"})

    def __init__(self, reference: Tensor, patch: int, projections: int) -> None:
        self.reference, self.patch, self.projections = reference, patch, projections

    def score(self, sample: Sample, ctx: Context) -> Tensor:
        """Each row against its reference."""
        refuse_tokens(sample)
        reference = on_device(self.reference, sample.x)
        one, other = self.cloud(sample.x), self.cloud(take_rows(reference, sample.rows.origin % len(reference)))
        if one.shape[2] != other.shape[2]:
            raise InputError("the reference has other channels", where="reference", given=list_of(self.reference))
        along = moved(directions(one.shape[2], self.projections).to(one.dtype), one.device)
        return -wasserstein((one @ along).transpose(1, 2), (other @ along).transpose(1, 2)).mean(1)

    def cloud(self, x: Tensor) -> Tensor:
        """The points [B, P, D] that rows are made of."""
        if not self.patch:
            return x.flatten(2).transpose(1, 2) if x.ndim > 2 else x[..., None]  # noqa: PLR2004 - channels and places
        if x.ndim != 1 + PICTURE or min(x.shape[2:]) < self.patch:
            raise InputError("there are no such patches", where="patch", given=f"{self.patch} of {list_of(x)}")
        return functional.unfold(x, self.patch).transpose(1, 2)


class PopulationWasserstein(Reward):
    """The reward of `population_wasserstein`."""

    abilities = frozenset({"differentiable", "population"})

    def __init__(self, reference: Tensor, projections: int) -> None:
        self.reference, self.projections = reference, projections

    def score(self, sample: Sample, ctx: Context) -> Tensor:
        """The rows of each origin against all of the reference."""
        refuse_tokens(sample)
        x, reference = sample.x.flatten(1), on_device(self.reference.flatten(1), sample.x)
        if x.shape[1] != reference.shape[1]:
            raise InputError("the reference has another event", where="reference", given=list_of(self.reference))
        along = moved(directions(x.shape[1], self.projections).to(x.dtype), x.device)
        origins, group = torch.unique(sample.rows.origin, return_inverse=True)
        found = []
        for number in range(len(origins)):
            cloud = take_rows(x, (group == number).nonzero()[:, 0])
            found.append(-wasserstein((cloud @ along).T, (reference @ along).T).mean())
        return take_rows(torch.stack(found), group)


def directions(size: int, count: int) -> Tensor:
    """Unit vectors [size, count], the same always; in one dimension all are 1."""
    drawn = torch.from_numpy(normals(b"sliced distances", size * count)).reshape(count, size).T
    return torch.ones(1, count, dtype=torch.float64) if size == 1 else drawn / drawn.square().sum(0).sqrt()


def wasserstein(one: Tensor, other: Tensor) -> Tensor:
    """W2² between the numbers [..., N] and [..., M], each of equal weight: [...]."""
    one, other = one.sort(-1).values, other.sort(-1).values
    count, total = one.shape[-1], other.shape[-1]
    if count == total:
        return (one - other).square().mean(-1)
    # Both quantile functions are flat between these, which are whole multiples of 1/lcm.
    unit = math.lcm(count, total)
    ends = torch.cat([torch.arange(count + 1) * (unit // count), torch.arange(total) * (unit // total)]).sort().values
    begin, width = ends[:-1], on_device(ends.diff().double() / unit, one)
    first = moved((begin // (unit // count)).clamp(max=count - 1), one.device)
    second = moved((begin // (unit // total)).clamp(max=total - 1), one.device)
    return ((one[..., first] - other[..., second]).square() * width).sum(-1)


def refuse_tokens(sample: Sample) -> None:
    """`InputError` where the points are tokens."""
    if sample.space.vocabulary:
        raise InputError("tokens have no distance", given=sample.space.describe(), allowed="points of real numbers")


def list_of(x: Tensor) -> str:
    """The shape of events for a person."""
    return f"points of shape {list(x.shape[1:])}"
