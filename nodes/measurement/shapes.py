"""What operators ask of the points that they measure."""

from __future__ import annotations

from graphs import InputError
from nodes.contracts.model import Model
from nodes.contracts.sample import Sample

PICTURE = 3
"""Axes of a picture: channels, height, width."""


def picture_of(like: Model | Sample, does: str) -> tuple[int, int, int]:
    """Channels, height and width; `InputError` where the points are no pictures."""
    event = like.space.event
    if len(event) != PICTURE or like.space.vocabulary:
        raise InputError(
            f"what {does} measures a picture",
            where="like",
            given=like.space.describe(),
            allowed="an event [channels, height, width]",
            mend="wire a model or a sample of pictures",
        )
    return event[0], event[1], event[2]
