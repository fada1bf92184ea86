"""Measuring a sample."""

from __future__ import annotations

import math
from typing import Annotated, Literal, TypeAlias

import torch
from torch import Tensor

from graphs import Estimate, InputError, Number, Seed, also, node
from nodes.contracts.devices import moved
from nodes.contracts.draws import normal, uniform
from nodes.contracts.operator import Measurement, Operator
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample

Noise: TypeAlias = Literal["gaussian", "poisson"]
BRIGHTEST = 2.0
"""Of what is seen, in shares of white, before it is cut."""


@node(cost=Estimate())
def measure(
    sample: Sample,
    operator: Operator,
    *,
    noise: Annotated[Noise, also("noiser")] = "gaussian",
    sigma_y: Annotated[float, Number(minimum=0, maximum=1e6, step=0.01), also("sigma")] = 0.0,
    peak: Annotated[float, Number(minimum=1e-3, maximum=300, scale="log"), also("rate")] = 30.0,
    seed: Seed = 0,
) -> Measurement:
    """What an operator sees of a clean sample: y = A x + sigma_y · z, with z ~ N(0, 1).

    With "poisson" it counts light instead: y = 2 k/peak − 1 with k ~ Poisson(peak · (A x + 1)/2), so white is `peak`
    photons in the mean and −1 none; the deviation that it tells methods of Gaussian noise is the root of the mean
    variance 4 k/peak² of all that was measured. y [B, *measured], one for each row of the sample; draws depend on
    `seed` and the row's number only. A model that is made to agree with the measurement gives row r that of its origin.
    Cost: none. Errors: a sample that is not clean, of tokens, or of another shape than the operator measures;
    "poisson" of points that are no numbers.
    """
    sample.require_clean("sample", "only a clean sample is measured")
    operator.own(sample.space.event)
    y = operator.apply(sample.x, sample.rows)
    rows = Rows.first(seed, len(y))
    if noise == "poisson":
        rates = (moved(y.detach().double(), "cpu") + 1) / 2
        if not bool(torch.isfinite(rates).all()):
            raise InputError("light that is no number is not counted", where="sample", given="NaN or inf")
        counts = poisson(peak * rates.clamp(0, BRIGHTEST), uniform(rows, tuple(y.shape[1:]), "measurement"))
        deviation = 2 / peak * math.sqrt(float(counts.mean()))
        return Measurement(moved((2 * counts / peak - 1).to(y.dtype), y.device), deviation, operator.digest)
    if sigma_y:
        z = normal(rows, tuple(y.shape[1:]), "measurement")
        y = y + sigma_y * moved(z.to(y.dtype), y.device)
    return Measurement(y, sigma_y, operator.digest)


def poisson(rates: Tensor, uniforms: Tensor) -> Tensor:
    """Poisson counts of these rates, up to 700, by inverting their distribution at uniforms on [0, 1)."""
    chance = torch.exp(-rates)
    reached, counts = chance.clone(), torch.zeros_like(rates)
    highest = float(rates.max()) if rates.numel() else 0.0
    for number in range(1, int(highest + 12 * math.sqrt(highest) + 30)):
        counts += uniforms >= reached
        chance = chance * rates / number
        reached += chance
    return counts
