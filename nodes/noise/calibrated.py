"""Noise that keeps the structure of what it is put on."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import torch
from torch import Tensor

from graphs import Estimate, Fraction, InputError, Known, Number, Progress, RunContext, Seed, Steps, also, node
from nodes.contracts.asking import predict
from nodes.contracts.context import Context
from nodes.contracts.levels import Levels, alpha_sigma, factor
from nodes.contracts.model import Model
from nodes.contracts.query import Query
from nodes.contracts.sample import Sample
from nodes.noise.noised import noised

PICTURE = 3
"""Axes of a picture: channels, height, width."""


def cost(known: Known) -> Estimate:
    """The model once in each iteration."""
    rows, iterations = known.input("sample").rows, known.number("num_iterations")
    if known.value("cutoff") == 0:
        return Estimate(rows=rows)
    return Estimate(nfe=rows * iterations * known.input("model").each, rows=rows)


@node(cost=cost, also=("noise.noise_calibration",))
def calibrated(
    sample: Sample,
    model: Model,
    levels: Levels,
    *,
    num_iterations: Annotated[int, Number(integer=True, minimum=1, maximum=100)] = 3,
    cutoff: Annotated[Fraction, also("low_pass")] = 0.25,
    seed: Seed = 0,
    run: RunContext,
) -> Steps[Sample]:
    """Noise calibration (Yang et al. 2024, arXiv:2407.10285): noise under which the model still sees the structure.

    As noise.noised, x = α x_ref + σ ε at the first of the levels; then, `num_iterations` times, the model's x0 is asked
    for and ε ← ε + (α/σ) (L x_ref − L x0), with L the low frequencies: those within `cutoff` of the highest, along
    height and width, or along a line. At the limit L x0 = L x_ref, so sampled from there, as SDEdit would, coarse
    structure stays and detail is made anew. A `cutoff` of 0 is noise.noised, bitwise. On N(m, v) what is missing
    shrinks by s²/(v + s²) each time. How the paper weighs frequencies is not confirmed.
    Clean x [B, *event] in, noised out. Cost: num_iterations model calls.
    Errors: a sample that is noised; an event that is no line and no picture; tokens.
    """
    begun = noised(sample, levels, seed=seed).to(run.device)
    if not cutoff:
        return begun
    if len(begun.space.event) not in (1, 2, PICTURE):
        raise InputError(
            "this has no frequencies along height and width",
            where="sample",
            given=begun.describe(),
            allowed="[numbers], [channels, numbers] or [channels, height, width]",
        )
    clean, x, ctx = sample.to(run.device).x, begun.x, Context(run.meter)
    alpha, _ = alpha_sigma(begun.s)
    reach = factor(torch.where(begun.s > 0, alpha, 0.0), x)
    step = torch.zeros(len(begun.rows), dtype=torch.int64)
    for number in range(num_iterations):
        yield Progress(number, num_iterations)
        with torch.no_grad():
            x0 = predict(model, Query(x, begun.s, begun.s, begun.rows, step), ctx).x0
        x = x + reach * low_pass(clean - x0, cutoff)
    yield Progress(num_iterations, num_iterations)
    return replace(begun, x=x)


def low_pass(x: Tensor, cutoff: float) -> Tensor:
    """The frequencies of points [B, ..., W] or [B, C, H, W] within that share of the highest, along each axis."""
    axes = (-2, -1) if x.ndim > PICTURE else (-1,)
    passed = torch.fft.fftn(x, dim=axes)
    for axis in axes:
        low = torch.fft.fftfreq(x.shape[axis], device=x.device).abs() <= cutoff / 2
        passed = passed * low.reshape(-1, *(1,) * (-axis - 1))
    found: Tensor = torch.fft.ifftn(passed, dim=axes).real
    return found
