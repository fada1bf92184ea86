"""The straight lines of flow matching, with a clock by the size of the picture."""

from __future__ import annotations

import math
from typing import Annotated

from graphs import Estimate, InputError, Number, node
from nodes.contracts.process import Process
from nodes.processes.flow import Flow

Pixels = Annotated[int, Number(integer=True, minimum=1, maximum=65536, unit="px")]
Mu = Annotated[float, Number(minimum=-10, maximum=10)]
Tokens = Annotated[int, Number(integer=True, minimum=1, maximum=10**7)]
PATCH = 16
"""Pixels along a side of a token: latents of an eighth, two by two of them a token."""


@node(cost=Estimate())
def flow_by_resolution(
    *,
    width: Pixels = 1024,
    height: Pixels = 1024,
    base_shift: Mu = 0.5,
    max_shift: Mu = 1.15,
    base_image_seq_len: Tokens = 256,
    max_image_seq_len: Tokens = 4096,
    pixels_per_token: Annotated[int, Number(integer=True, minimum=1, maximum=1024, unit="px")] = PATCH,
) -> Process:
    """Flow matching with the shift e^μ of a picture's size, as FLUX sets it (Esser et al. 2024, arXiv:2403.03206).

    μ is on the line through (base_image_seq_len, base_shift) and (max_image_seq_len, max_shift) at the number of tokens
    ⌊width/p⌋·⌊height/p⌋, p = pixels_per_token; s = e^μ·t/(1 − t). The defaults are those of FLUX: μ = 1.15 at 1024².
    Cost: none. Errors: both numbers of tokens alike.
    """
    if base_image_seq_len == max_image_seq_len:
        raise InputError(
            "one point makes no line",
            given=f"base_image_seq_len and max_image_seq_len {max_image_seq_len}",
            mend="set two different numbers of tokens",
        )
    tokens = (width // pixels_per_token) * (height // pixels_per_token)
    slope = (max_shift - base_shift) / (max_image_seq_len - base_image_seq_len)
    return Flow(math.exp(base_shift + slope * (tokens - base_image_seq_len)))
