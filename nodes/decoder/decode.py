"""Latents to points."""

from __future__ import annotations

from graphs import Estimate, RunContext, node
from nodes.contracts.codec import Codec, from_latents
from nodes.contracts.context import Context
from nodes.contracts.sample import Sample


@node(cost=lambda known: Estimate(rows=known.input("sample").rows))
def decode(sample: Sample, codec: Codec, *, run: RunContext) -> Sample:
    """Decode: what the latents of a sample stand for, as pixels. The way there is codec.encode.

    Latents [B, *event] become points of the shape that the codec says; the rows stay. On the run's device.
    Cost: no NFE; B rows decoded. Errors: a sample that is not of this codec's latents.
    """
    return from_latents(codec, sample.to(run.device), Context(run.meter))
