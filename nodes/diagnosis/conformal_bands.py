"""Intervals for every number of a restored point, that hold with a stated risk."""

from __future__ import annotations

import math
from typing import Annotated, NamedTuple

import torch
from torch import Tensor

from graphs import Estimate, InputError, Number, also, node
from nodes.contracts import media
from nodes.contracts.sample import Sample
from nodes.contracts.table import Table
from nodes.diagnosis.ensembles import clean, gathered, truths

Share = Annotated[float, Number(minimum=1e-4, maximum=0.9999, step=0.01)]
HALVINGS = 60


class Bands(NamedTuple):
    """How much wider the intervals are made, their ends for each origin, and what holds on the calibration."""

    widening: media.Number
    lower: Sample
    upper: Sample
    table: Table


@node(cost=Estimate())
def conformal_bands(
    sample: Sample,
    truth: Sample,
    fresh: Sample | None = None,
    *,
    alpha: Share = 0.1,
    epsilon: Annotated[float, Number(minimum=1e-4, maximum=0.9999, step=0.01), also("risk")] = 0.1,
    delta: Annotated[float, Number(minimum=1e-4, maximum=0.9999, step=0.01), also("error_rate")] = 0.1,
) -> Bands:
    """Risk-controlling intervals for each number (Teneggi et al. 2023, arXiv:2302.03791, with one group, K = 1).

    With the calibration, samples [n · m, *event] and truths [n, *event], intervals are [q_(α/2) − λ, q_(1−α/2) + λ] of
    the quantiles of the m samples, number by number; λ ≥ 0 is the smallest for which the Hoeffding–Bentkus bound at
    `delta` says that at most a share `epsilon` of the numbers lies outside in the mean (Bates et al. 2021,
    arXiv:2101.02703). So with probability 1 − delta over calibrations that share holds for new points of the same law.
    `widening` is λ; `lower` and `upper` are the ends for the `fresh` samples [R · m', *event], else for those of the
    calibration; the table has the share outside, the mean width, and the share outside at λ = 0. Cost: none.
    Errors: too few truths for the bound, fewer than ln(delta)/ln(1 − epsilon); not as many samples of each; points that
    are no numbers.
    """
    points, _ = gathered(sample, truth)
    exact = truths(truth, sample)
    lower, upper = quantiles(points, alpha)
    outside = torch.maximum(lower - exact, exact - upper).flatten(1)
    widening = smallest(outside, epsilon, delta)
    if fresh is not None:
        lower, upper = quantiles(gathered(fresh)[0], alpha)
    told = {
        "widening": widening,
        "outside": float((outside > widening).double().mean()),
        "outside before": float((outside > 0).double().mean()),
        "width": float((upper - lower).mean()) + 2 * widening,
    }
    like, table = sample if fresh is None else fresh, Table(tuple((name, (value,)) for name, value in told.items()))
    ends = clean(lower - widening, like, "bands"), clean(upper + widening, like, "bands")
    return Bands(media.Number(widening), ends[0], ends[1], table)


def quantiles(points: Tensor, alpha: float) -> tuple[Tensor, Tensor]:
    """The quantiles α/2 and 1 − α/2 over the samples [R, m, *event], number by number."""
    shares = torch.tensor([alpha / 2, 1 - alpha / 2], dtype=points.dtype)
    # One origin after the other: torch.quantile takes at most 2^24 numbers.
    lower, upper = torch.stack([torch.quantile(own, shares, dim=0) for own in points], 1)
    return lower, upper


def smallest(outside: Tensor, epsilon: float, delta: float) -> float:
    """The smallest λ ≥ 0 whose risk is bounded by epsilon; outside [n, D] is how far each truth lies outside."""

    def holds(widening: float) -> bool:
        risk = float((outside > widening).double().mean())
        return p_value(risk, epsilon, len(outside)) <= delta

    highest = max(0.0, float(outside.max()))
    if not holds(highest):
        needed = math.ceil(math.log(delta) / math.log1p(-epsilon))
        raise InputError(
            "there are too few truths to bound the risk",
            where="truth",
            given=f"{len(outside)}",
            allowed=f"at least {needed}",
            mend="calibrate on more, or allow a larger risk `epsilon` or `delta`",
        )
    low, high = 0.0, highest
    if holds(low):
        return low
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def p_value(risk: float, epsilon: float, count: int) -> float:
    """Hoeffding's and Bentkus's bound on how likely so low a mean risk is, were the true one above epsilon."""
    if risk >= epsilon:
        return 1.0
    hoeffding = math.exp(-count * _divergence(risk, epsilon))
    return min(hoeffding, math.e * binomial(math.ceil(count * risk), count, epsilon))


def binomial(most: int, count: int, chance: float) -> float:
    """P(k ≤ most) of a binomial law."""
    k = torch.arange(most + 1, dtype=torch.float64)
    whole = torch.tensor(count + 1.0, dtype=torch.float64).lgamma()
    logs = (
        whole - (k + 1).lgamma() - (count - k + 1).lgamma() + k * math.log(chance) + (count - k) * math.log1p(-chance)
    )
    return min(1.0, float(logs.exp().sum()))


def _divergence(one: float, other: float) -> float:
    """Of Kullback and Leibler, between two coins."""
    below = 0.0 if one == 0 else one * math.log(one / other)
    return below + (0.0 if one == 1 else (1 - one) * math.log((1 - one) / (1 - other)))
