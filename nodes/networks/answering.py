"""A denoiser asked with all changes that rows want of it: adapters, worse weights, other attention and features."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from nodes.contracts.changes import Changes
from nodes.networks.altering import Altering, AttentionChange, FeatureChange
from nodes.networks.cores import over_cores
from nodes.networks.denoiser import Denoiser
from nodes.networks.low_rank import Applied, Factors
from nodes.networks.spoiled import Spoiled, WeightChange


def answered(denoiser: Denoiser, x: Tensor, s: Tensor, texts: Sequence[Tensor], changes: Changes) -> Tensor:
    """The x0 of one batch; `texts` are the context, pooled and mask of its rows. What nobody wants takes no time."""
    if not changes:
        return over_cores(denoiser, x, s, *texts)
    wanted = [change.alteration for change in changes.values()]

    def altered(x: Tensor, s: Tensor, context: Tensor, pooled: Tensor, mask: Tensor, *strengths: Tensor) -> Tensor:
        asked = list(zip(wanted, strengths, strict=True))
        factors = [(entry, strength) for entry, strength in asked if isinstance(entry, Factors)]
        weights = [(entry, strength) for entry, strength in asked if isinstance(entry, WeightChange)]
        altering = Altering(
            tuple((entry, strength) for entry, strength in asked if isinstance(entry, AttentionChange)),
            tuple((entry, strength) for entry, strength in asked if isinstance(entry, FeatureChange)),
        )
        with Applied(denoiser, factors), Spoiled(denoiser, weights):
            x0: Tensor = denoiser(x, s, context, pooled, mask, altering)
            return x0

    strengths = [change.strength for change in changes.values()]
    return over_cores(altered, x, s, *texts, *strengths)
