"""Data where noise would be."""

from __future__ import annotations

from dataclasses import replace

import torch

from graphs import Estimate, node
from nodes.contracts.sample import Sample


@node(cost=lambda known: Estimate(rows=known.input("sample").rows))
def endpoint(sample: Sample) -> Sample:
    """A clean sample as the far end of an interpolant: the same x [B, *event] at s = inf, where others begin as noise.

    For models that were made for such a source, as model.interpolant (Albergo et al. 2023, arXiv:2303.08797), and for
    flows between two laws; what other models make of it is no sample of theirs. Cost: none.
    Errors: a sample that is noised, or tokens.
    """
    sample.require_clean("sample")
    return replace(sample, s=torch.full_like(sample.s, torch.inf), aux={})
