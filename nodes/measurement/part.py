"""One part of joint points."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from graphs import Estimate, InputError, Number, node
from nodes.contracts.model import Model
from nodes.contracts.sample import Sample


@node(cost=Estimate())
def part(
    sample: Sample, like: Model | Sample | None = None, *, number: Annotated[int, Number(integer=True, minimum=0)] = 0
) -> Sample:
    """A part of joint points [B, D], counted from 0, as points of its own [B, *event] at the same level.

    `like`, the model of that part, says which space they are of. Cost: none.
    Errors: points without parts, or not so many; a `like` of another shape.
    """
    parts = sample.space.parts
    given = None if like is None else like.space
    if number >= len(parts) or (given is not None and given.event != parts[number].event):
        raise InputError(
            "the points have no such part",
            where="number",
            given=f"part {number} of {len(parts)}" + ("" if given is None else f" as {given.describe()}"),
            allowed="a part of what measurement.joint sampled, and the model of that part",
        )
    x = sample.space.split(sample.x)[parts[number].name]
    space = replace(sample.space, name="part", event=parts[number].event, parts=()) if given is None else given
    return Sample(x, sample.s, space, sample.rows)
