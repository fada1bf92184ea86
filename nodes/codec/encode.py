"""Points to latents."""

from __future__ import annotations

from graphs import Estimate, RunContext, node
from nodes.contracts.codec import Codec, to_latents
from nodes.contracts.context import Context
from nodes.contracts.sample import Sample


@node(cost=lambda known: Estimate(rows=known.input("sample").rows))
def encode(sample: Sample, codec: Codec, *, run: RunContext) -> Sample:
    """Encode: the latents of a sample, in which a latent model works. The way back is decoder.decode.

    x [B, *event] becomes latents of the shape that the codec says; the rows stay, so seeds stay. On the run's device.
    Cost: no NFE; B rows encoded. Errors: a sample that the codec does not know.
    """
    return to_latents(codec, sample.to(run.device), Context(run.meter))
