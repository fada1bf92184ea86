"""Colorization: of a picture only its brightness is seen."""

from __future__ import annotations

import math
from typing import Annotated, Literal, TypeAlias

from torch import Tensor

from graphs import Estimate, InputError, NumberList, abilities, node
from nodes.contracts.model import Model
from nodes.contracts.operator import Operator
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.measurement.linear import Tight
from nodes.measurement.shapes import PICTURE, picture_of

Grey: TypeAlias = Literal["mean", "luma"]
LUMA = (0.299, 0.587, 0.114)


@node(abilities=abilities("linear", "svd"), cost=Estimate(), also=("measurement.colourisation",))
def colorization(
    like: Model | Sample, *, grey: Grey = "mean", weights: Annotated[tuple[float, ...], NumberList()] = ()
) -> Operator:
    """Colorization: A x = Σ w_c x_c over the channels, a grey picture [B, 1, H, W] of [B, C, H, W].

    "mean" has w = 1/C as DDRM (arXiv:2201.11793), "luma" the weights of ITU-R BT.601 (three channels); `weights` are
    others by hand, one for each channel. A Aᵀ = |w|², so A⁺ y = w y/|w|². Cost: none.
    Errors: an event that is no picture; weights that are not one for each channel, or all 0.
    """
    channels, _, _ = picture_of(like, "mixes channels")
    chosen = weights or (LUMA if grey == "luma" else (1 / channels,) * channels)
    if len(chosen) != channels or not any(chosen):
        raise InputError(
            "the weights do not fit the channels",
            where="weights",
            given=f"{len(chosen)} for {channels} channels",
            allowed="one for each channel, not all 0",
            mend='set `grey` to "mean"',
        )
    return Grayscale(tuple(chosen))


class Grayscale(Tight):
    """A weighted sum over the channels."""

    def __init__(self, weights: tuple[float, ...]) -> None:
        self.weights, self.scale = weights, math.hypot(*weights)

    def measures(self, event: tuple[int, ...]) -> bool:
        """Pictures with a channel for each weight."""
        return len(event) == PICTURE and event[0] == len(self.weights)

    def apply(self, x: Tensor, rows: Rows) -> Tensor:
        """Σ w_c x_c."""
        channels = x.unbind(1)
        first = self.weights[0] * channels[0]
        for weight, channel in zip(self.weights[1:], channels[1:], strict=True):
            first = first + weight * channel
        return first[:, None]

    def spread(self, y: Tensor, rows: Rows) -> Tensor:
        """Each channel's share."""
        own = y.new_ones(1, 1, 1, 1).repeat(1, len(self.weights), 1, 1)
        for number, weight in enumerate(self.weights):
            own[:, number].fill_(weight)
        return own * y
