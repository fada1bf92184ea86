"""How the log of the density changes along the probability flow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from nodes.contracts.asking import predict
from nodes.contracts.context import Context
from nodes.contracts.model import Model
from nodes.contracts.query import Query
from nodes.contracts.sample import Sample
from nodes.flows.along import along, velocity
from nodes.flows.clock import Clock


def with_density(
    model: Model, sample: Sample, probes: Sequence[Tensor], steps: int, clock: Clock, ctx: Context
) -> Iterator[Tensor]:
    """The augmented points (x, ℓ) [B, D + 1] in float64, after each of so many steps from the sample to pure noise.

    ℓ = ∫ tr(∂v/∂x) dφ, which is log p(x) at the sample less that at the end. The trace is the sum over `probes`
    [B, D] of probe · ∂v/∂x probe: exact for the D unit vectors, in the mean for random signs over √(their number).
    """
    shape = sample.x.shape
    step = torch.zeros(len(sample.rows), dtype=torch.int64)

    def slope(point: Tensor, s: Tensor) -> Tensor:
        with torch.enable_grad():
            x = point[:, :-1].to(sample.x.dtype).reshape(shape).detach().requires_grad_()
            v = velocity(predict(model, Query(x, s, s, sample.rows, step), ctx), x, s)
            trace = sum_of_slopes(v.flatten(1), x, probes, ctx)
        return torch.cat([v.detach().flatten(1).double(), trace[:, None]], 1)

    flat = sample.x.detach().flatten(1).double()
    begin = torch.cat([flat, flat.new_zeros(len(flat), 1)], 1)
    yield from along(slope, begin, sample.s, torch.full_like(sample.s, torch.inf), steps, clock)


def sum_of_slopes(v: Tensor, x: Tensor, probes: Sequence[Tensor], ctx: Context) -> Tensor:
    """Σ over the probes of probe · ∂v/∂x probe, [B] float64; one pass backward for each."""
    total = torch.zeros(len(v), dtype=torch.float64, device=v.device)
    for probe in probes if v.requires_grad else ():
        ctx.meter.backward(len(v))
        weights = probe.to(v.dtype)
        (gradient,) = torch.autograd.grad((v * weights).sum(), x, retain_graph=True, allow_unused=True)
        if gradient is not None:
            total = total + (gradient.flatten(1) * weights).double().sum(1)
    return total
