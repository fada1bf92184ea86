"""What the nodes of noise share: the space that a batch begins in, and the batch."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Annotated, TypeAlias

import torch

from graphs import InputError, Number
from nodes.contracts.model import Model
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space
from nodes.sources.named import start_noise

LARGEST_BATCH = 2**28
"""Numbers in one batch at the most: a gibibyte of float32."""
First: TypeAlias = Annotated[int, Number(integer=True, minimum=0, maximum=2**31)]
Side: TypeAlias = Annotated[int, Number(integer=True, minimum=0, maximum=2**16, unit="px")]
PICTURE = 3
"""Axes of a picture: channels, height, width."""


def space_of(like: Model | Sample | None, shape: tuple[int, ...]) -> Space:
    """The space of `like`, or pixels of that shape; `InputError` where it is none, or one of tokens."""
    space = like.space if like is not None else Space("pixels", shape)
    if not space.event or min(space.event) < 1:
        raise InputError(
            "the noise has no shape",
            given=f"shape {list(shape)}",
            allowed="positive sizes, as [1, 32, 32]",
            mend="wire `like` to the model, or set `shape`",
        )
    if space.vocabulary:
        raise InputError(
            "tokens do not begin as noise of real numbers",
            where="like",
            given=f"{space.describe()} (tokens)",
            allowed="a model or a sample of real numbers",
            mend="use noise.masked",
        )
    return space


def sized(space: Space, width: int, height: int) -> Space:
    """The space of pictures with these sides in pixels; 0 leaves a side as it is."""
    if not width and not height:
        return space
    if len(space.event) != PICTURE or width % space.cell or height % space.cell:
        raise InputError(
            "the noise cannot have these sides",
            where="width and height",
            given=f"{width} × {height} for {space.describe()}",
            allowed=f"multiples of {space.cell}, for pictures or latents [channels, height, width]",
            mend="set 0 for the model's own size",
        )
    channels, rows, columns = space.event
    return replace(space, event=(channels, height // space.cell or rows, width // space.cell or columns))


def with_source(space: Space, source: str | None) -> Space:
    """The space with noise of that source, None for normal; `InputError` where it names another one."""
    if space.source not in (None, source):
        raise InputError(
            "the model was made for noise of another law",
            where="like",
            given=f"noise of the law {source or 'normal'}",
            allowed=f"noise of the law {space.source}",
            mend="use noise.source, which draws what `like` was made for, unless it is told otherwise",
        )
    return replace(space, source=source)


def batch(space: Space, count: int, seed: int, first: int) -> Sample:
    """The rows first … first + count − 1 of the batch that a seed names, pure noise of the space's source."""
    check_size(space, count)
    rows = Rows.first(seed, count, first)
    return Sample(start_noise(space, rows), torch.full((count,), math.inf, dtype=torch.float64), space, rows)


def check_size(space: Space, count: int) -> None:
    """`InputError` where the batch would not fit into memory."""
    if count * math.prod(space.event) > LARGEST_BATCH:
        given = f"{count} × {list(space.event)}"
        raise InputError("the batch is too large", given=given, allowed="2^28 numbers", mend="lower `count`")
