"""How near restored points come to the true ones."""

from __future__ import annotations

import math
from typing import Annotated

import torch

from graphs import InputError, node
from graphs import Number as Numeric
from nodes.contracts.devices import moved
from nodes.contracts.media import Number
from nodes.contracts.sample import Sample

Peak = Annotated[float, Numeric(minimum=1e-9, maximum=1e9)]
"""From the least value to the largest."""


@node
def psnr(sample: Sample, reference: Sample, *, peak: Peak = 2.0) -> Number:
    """The peak signal-to-noise ratio in decibels, the mean over rows of 10 log10(peak² / mean (x − x_reference)²).

    Rows [B, *event] are compared with those of `reference` by their origin, so several samples of one picture are
    compared with it; `peak` is 2 for pixels in [−1, 1]. Infinite where a row is exact. Cost: none.
    Errors: points of other shapes, or that are not clean.
    """
    for name, points in (("sample", sample), ("reference", reference)):
        points.require_clean(name)
    if sample.space.event != reference.space.event:
        raise InputError(
            "points of other shapes cannot be compared",
            where="reference",
            given=f"{reference.space.describe()} for {sample.space.describe()}",
            allowed="points of one shape",
            mend="resize the picture, or decode the latents",
        )
    truth = moved(reference.x, "cpu")[sample.rows.origin % len(reference.rows)]
    errors = (moved(sample.x, "cpu").double() - truth.double()).square().flatten(1).mean(1)
    return Number(float((20 * math.log10(peak) - 10 * torch.log10(errors)).mean()))
