"""What several samples of the same posterior say together."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import torch
from torch import Tensor

from graphs import Estimate, Number, node
from nodes.contracts.sample import Sample
from nodes.contracts.table import Entry, Table
from nodes.diagnosis.ensembles import clean, gathered, truths


class Statistics(NamedTuple):
    """For each origin the mean and the deviation of its samples, and how near they come to the truth."""

    mean: Sample
    deviation: Sample
    table: Table


@node(cost=Estimate())
def ensemble_statistics(
    sample: Sample,
    truth: Sample | None = None,
    *,
    data_range: Annotated[float, Number(minimum=1e-9, maximum=1e9)] = 2.0,
) -> Statistics:
    """Mean and standard deviation over samples of the same origin, and the ratio of signal to noise of both.

    Samples [R · m, *event] of R measurements, each m times, become `mean` and `deviation` [R, *event]. For each origin
    the table has the mean deviation and, with the `truth` [R, *event] that was measured,
    PSNR = 10 log10(data_range²/mean squared error) of the mean and, of the mean error, of the single samples. For
    samples of the exact posterior the error of one is twice that of the posterior mean: 3.01 dB less (Blau & Michaeli
    2018, arXiv:1711.06077); the mean of m has (1 + 1/m) times the least error. Cost: none.
    Errors: less than two samples of an origin, or not as many of each; a truth of another shape;
    points that are no numbers.
    """
    points, origins = gathered(sample, truth)
    mean, deviation = points.mean(1), points.std(1)
    columns: list[tuple[str, tuple[Entry, ...]]] = [
        ("origin", tuple(origins.tolist())),
        ("deviation", tuple(deviation.flatten(1).mean(1).tolist())),
    ]
    if truth is not None:
        exact = truths(truth, sample)
        both = (("PSNR of the mean", mean[:, None]), ("PSNR of a sample", points))
        columns += [(name, tuple(psnr(found - exact[:, None], data_range).tolist())) for name, found in both]
    told = Table(tuple(columns))
    return Statistics(clean(mean, sample, "statistics"), clean(deviation, sample, "statistics"), told)


def psnr(errors: Tensor, data_range: float) -> Tensor:
    """Of the mean squared error of each origin, [R]; inf where there is none."""
    return 10 * torch.log10(data_range**2 / errors.square().flatten(1).mean(1))
