"""What the hard cases are made of."""

from __future__ import annotations

import math

import torch

from graphs import RunContext
from graphs.running.context import Meter
from nodes.contracts.cond import Cond
from nodes.contracts.context import Context
from nodes.contracts.draws import normal
from nodes.contracts.levels import Levels
from nodes.contracts.model import Model
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.guidance.apg import apg
from nodes.levels.uniform_log_snr import uniform_log_snr
from nodes.model.mixture import mixture

RING = mixture(components=6, std=0.15)
"""Six components on a ring, exact."""


def components(text: str) -> Cond:
    """The condition that names these components of the ring."""
    return RING.prompt((text,))


def remembering() -> Model:
    """The ring under guidance with a memory."""
    return apg(RING, components("1 2 3"), components("4"), guidance_scale=3.0, eta=0.3, norm_threshold=0.5)


def noise(count: int, like: Model = RING, seed: int = 2) -> Sample:
    """Pure noise in float64."""
    rows = Rows.first(seed, count)
    x = normal(rows, like.space.event, "start").double()
    return Sample(x, torch.full((count,), math.inf, dtype=torch.float64), like.space, rows)


def grid(steps: int = 8) -> Levels:
    """From 20 down to 0."""
    return uniform_log_snr(num_inference_steps=steps, sigma_min=0.05, sigma_max=20.0)


def context() -> Context:
    """A context with a meter of its own."""
    return Context(Meter())


def run() -> RunContext:
    """A run with a meter of its own."""
    return RunContext(Meter())
