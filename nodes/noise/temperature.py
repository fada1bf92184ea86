"""Noise that is smaller than the process's own."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Annotated

from graphs import Estimate, InputError, Number, also, node
from nodes.contracts.sample import Sample


@node(cost=lambda known: Estimate(rows=known.input("noise").rows))
def temperature(
    noise: Sample, *, temperature: Annotated[float, Number(minimum=1e-3, maximum=1e3, scale="log"), also("tau")] = 1.5
) -> Sample:
    """Noise at a temperature: x ~ N(0, 1/τ), [B, *event], the noise over √τ (Grad-TTS, arXiv:2105.06337).

    Above 1 it is smaller than the process's own noise, so samples are nearer to the mean that they start at and less
    varied; 1 is the noise, bitwise. The law of the samples is then no longer the model's. Cost: none.
    Errors: what is not pure noise.
    """
    if noise.space.vocabulary or not bool(noise.s.isinf().all()):
        raise InputError(
            "only pure noise has a temperature",
            where="noise",
            given=noise.describe() + (" (tokens)" if noise.space.vocabulary else ""),
            allowed="points of real numbers at s = inf",
            mend="wire noise.gaussian",
        )
    return replace(noise, x=noise.x / math.sqrt(temperature))
