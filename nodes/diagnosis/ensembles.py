"""Several samples of the same posterior, gathered."""

from __future__ import annotations

import torch
from torch import Tensor

from graphs import InputError
from nodes.contracts.devices import moved
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample


def gathered(sample: Sample, truth: Sample | None = None, least: int = 2) -> tuple[Tensor, Tensor]:
    """The samples of each origin, [R, m, *event] float64 on the CPU, and the origins [R]; m is the same for all.

    With the truth, [R, *event], origins count modulo its rows.
    """
    sample.require_clean("sample")
    origin = sample.rows.origin if truth is None else sample.rows.origin % len(truth.rows)
    kinds, which, counts = torch.unique(origin, return_inverse=True, return_counts=True)
    missing = truth is not None and len(kinds) != len(truth.rows)
    if not len(kinds) or missing or bool((counts != counts[0]).any()) or int(counts[0]) < least:
        raise InputError(
            "these are not as many samples of each origin",
            where="sample",
            given=f"{len(sample.rows)} rows of {len(kinds)} origins" + (f", {len(truth.rows)} truths" if truth else ""),
            allowed=f"the same count for each, at least {least}, and a truth for each",
            mend="measure the truths, and sample each measurement as often; rows take measurements in turn",
        )
    order = torch.argsort(which, stable=True)
    points = numbers(sample, "sample")[order]
    return points.reshape(len(kinds), int(counts[0]), *sample.x.shape[1:]), kinds


def truths(truth: Sample, sample: Sample) -> Tensor:
    """The true points, [R, *event] float64 on the CPU; `InputError` where they are of another shape."""
    truth.require_clean("truth")
    if truth.x.shape[1:] != sample.x.shape[1:]:
        raise InputError(
            "the truth is of another shape than the samples",
            where="truth",
            given=truth.describe(),
            allowed=sample.space.describe(),
        )
    return numbers(truth, "truth")


def numbers(sample: Sample, where: str) -> Tensor:
    """The points in float64 on the CPU; `InputError` where some are no numbers, with which nothing compares."""
    x = moved(sample.x.detach().double(), "cpu")
    if not bool(torch.isfinite(x).all()):
        raise InputError(
            "some of these points are no numbers",
            where=where,
            given="NaN or inf",
            allowed="finite points",
            mend="see where they began: sample fewer steps or a lower scale",
        )
    return x


def clean(x: Tensor, sample: Sample, why: str) -> Sample:
    """Points [R, *event] as a clean sample, of the type and on the device of another."""
    rows = Rows.first(0, len(x)).fork(1, why)
    there = moved(x.to(sample.x.dtype), sample.x.device)
    return Sample(there, torch.zeros(len(x), dtype=torch.float64), sample.space, rows)
