"""Noise between two noises."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from graphs import Estimate, Fraction, InputError, Known, node
from nodes.contracts.devices import moved
from nodes.contracts.sample import Sample


def cost(known: Known) -> Estimate:
    """As many rows as the first has."""
    return Estimate(rows=known.input("first").rows)


@node(cost=cost, also=("noise.interpolate",))
def slerp(first: Sample, second: Sample, *, share: Fraction = 0.5) -> Sample:
    """Spherical interpolation of two noises (Shoemake 1985; of noise: arXiv:2010.02502, section 5.3).

    x = (sin((1 − t) θ) x_1 + sin(t θ) x_2)/sin θ for each row by itself, t = `share` and θ the angle between the two
    as vectors; where they are parallel x = (1 − t) x_1 + t x_2. Two noises of one length keep it, so what lies between
    is as typical as they are: a straight line would pass through noise that is too small. 0 is the first, 1 the second,
    bitwise. Pure noise, or what an inversion found of two samples, at one level; a sweep over `share` is a walk.
    x [B, *event] with the rows of the first; one row of the second serves all. Cost: none.
    Errors: another level, shape or number of rows; tokens.
    """
    _refuse(first, second)
    if share == 0:
        return first
    end = moved(second.x.to(first.x.dtype), first.x.device).expand_as(first.x)
    return replace(first, x=end.clone() if share == 1 else between(first.x, end, share), aux={})


def between(one: Tensor, other: Tensor, share: float) -> Tensor:
    """The point at this share of the arc from one to the other, row by row."""
    flat = one.flatten(1).double(), other.flatten(1).double()
    lengths = flat[0].norm(dim=1) * flat[1].norm(dim=1)
    cosine = (flat[0] * flat[1]).sum(1) / torch.where(lengths > 0, lengths, 1.0)
    angle = torch.acos(cosine.clamp(-1, 1))
    sine = torch.sin(angle)
    bent = sine > 1e-6  # noqa: PLR2004 - below it the arc is a line to rounding
    over = torch.where(bent, sine, 1.0)
    weights = (
        torch.where(bent, torch.sin((1 - share) * angle) / over, 1 - share),
        torch.where(bent, torch.sin(share * angle) / over, share),
    )
    return (weights[0][:, None] * flat[0] + weights[1][:, None] * flat[1]).reshape(one.shape).to(one.dtype)


def _refuse(first: Sample, second: Sample) -> None:
    alike = first.space.event == second.space.event and first.space.source == second.space.source
    if first.space.vocabulary or not alike or len(second.rows) not in (1, len(first.rows)):
        raise InputError(
            "there is nothing between these two",
            given=f"{first.describe()} and {second.describe()}",
            allowed="points of real numbers of one space, as many as the first, or one",
            mend="draw both `like` the same model, with the same `count`",
        )
    if first.s.shape[1:] != second.s.shape[1:] or not bool((first.s == second.s).all()):
        raise InputError(
            "the two lie at different levels",
            given=f"{first.describe()} and {second.describe()}",
            allowed="two samples at one level",
            mend="invert both over the same levels, or wire pure noise to both",
        )
