"""One checkpoint in two formats: the same results."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from graphs.running.context import Meter
from nodes.cond.prompt import prompt
from nodes.contracts.codec import from_latents
from nodes.contracts.context import Context
from nodes.contracts.levels import Levels
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.guidance.cfg import cfg
from nodes.model.pretrained import Opened
from tests.nodes.pretrained.matching import noise, sampled

CLOSE = 1e-5
"""Kernels are chosen by where weights lie in memory, so that the same weights round otherwise from a mapped file."""
TEXT = "a cat\nred (dog:1.3)"


def weights_of(network: object) -> dict[str, Tensor]:
    """A network's weights."""
    assert isinstance(network, nn.Module)
    return network.state_dict()


def same_results(one: Opened, other: Opened) -> None:
    """Both give the same latents under guidance, and the same pixels of them."""
    for ours, theirs in zip(_results(one), _results(other), strict=True):
        torch.testing.assert_close(ours, theirs, atol=CLOSE, rtol=0)


def _results(found: Opened) -> tuple[Tensor, Tensor]:
    levels = Levels(torch.tensor([8.0, 1.0, 0.0], dtype=torch.float64))
    guided = cfg(found.model, prompt(found.model, text=TEXT), guidance_scale=2.0)
    latents = sampled(guided, noise(4, 16, 16), levels)
    sample = Sample(latents, torch.zeros(2, dtype=torch.float64), found.model.space, Rows.first(0, 2))
    return latents, from_latents(found.codec, sample, Context(Meter())).x
