"""An operator on pictures, made one on latents."""

from __future__ import annotations

import torch
from torch import Tensor

from graphs import Estimate, abilities, node
from graphs.running.context import Meter
from nodes.contracts.codec import Codec, from_latents
from nodes.contracts.context import Context
from nodes.contracts.model import Model
from nodes.contracts.operator import Operator
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space


@node(abilities=abilities(), cost=Estimate())
def decoded(operator: Operator, codec: Codec, like: Model | Sample) -> Operator:
    """An operator on latents: A(decode(z)) for latents z [B, *event] of the codec, as measurement.dps needs it.

    Not linear, as no decoder is; gradients flow where the codec lets them (Latent-DPS in Rout et al. 2023,
    arXiv:2307.00619). `like` is a model or a sample of the latents. Cost: 1 decode a row each time a method compares
    with a measurement; measurement.measure counts none. Errors: points that are not the codec's latents.
    """
    codec.own(like.space)
    return Decoded(operator, codec, like.space)


class Decoded(Operator):
    """The operator of `decoded`."""

    def __init__(self, operator: Operator, codec: Codec, space: Space) -> None:
        self.operator, self.codec, self.space = operator, codec, space
        self.decodes = 1

    def measures(self, event: tuple[int, ...]) -> bool:
        """Its latents."""
        return event == self.space.event

    def apply(self, x: Tensor, rows: Rows) -> Tensor:
        """A(decode(x))."""
        latents = Sample(x, torch.zeros(len(x), dtype=torch.float64), self.space, rows)
        return self.operator.apply(from_latents(self.codec, latents, Context(Meter())).x, rows)
