"""One Brownian path for each row, the same however the steps are cut."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
import torch

from nodes.contracts.brownian import path
from nodes.contracts.levels import angle
from nodes.contracts.noise import CounterNoise
from nodes.contracts.rows import Rows
from tests.nodes.gaussian import query

ROWS = Rows.first(5, 3)


def walk(rows: Rows, times: list[float], event: tuple[int, ...] = (4,)) -> torch.Tensor:
    """The increments between successive times, [N, B, *event]."""
    found = []
    for start, end in pairwise(times):
        a, b = (torch.full((len(rows),), time, dtype=torch.float64) for time in (start, end))
        found.append(path(rows, event, "p", a, b) * math.sqrt(abs(end - start)))
    return torch.stack(found)


@pytest.mark.parametrize("cuts", [[0.7], [0.1, 0.2, 0.9], [1e-6, 0.31, 0.310001, 1.5]])
def test_the_parts_of_a_step_add_up_to_the_step(cuts: list[float]) -> None:
    whole = walk(ROWS, [0.0, math.pi / 2])
    parts = walk(ROWS, [0.0, *cuts, math.pi / 2]).sum(0)
    torch.testing.assert_close(parts, whole[0], atol=1e-12, rtol=0)


def test_the_way_back_is_the_way_there() -> None:
    there, back = walk(ROWS, [0.3, 0.8]), walk(ROWS, [0.8, 0.3])
    torch.testing.assert_close(there, -back, atol=0, rtol=0)


def test_a_row_walks_alone_as_it_walks_in_a_batch() -> None:
    together = walk(ROWS, [0.2, 0.9])
    assert torch.equal(walk(ROWS.take(torch.tensor([2])), [0.2, 0.9])[:, 0], together[:, 2])


def test_no_time_has_no_increment() -> None:
    a = torch.tensor([0.5], dtype=torch.float64)
    assert not path(ROWS.take(torch.tensor([0])), (3,), "p", a, a).any()


@pytest.mark.parametrize("ends", [(0.0, 0.01), (0.2, 0.7), (0.699999, 0.7), (1.2, math.pi / 2)])
def test_increments_are_standard_normal_and_those_apart_are_independent(ends: tuple[float, float]) -> None:
    rows = Rows.first(1, 60)
    one = walk(rows, list(ends), (60,)).flatten() / math.sqrt(ends[1] - ends[0])
    other = walk(rows, [0.75, 0.8], (60,)).flatten() / math.sqrt(0.05)
    error = 4 / math.sqrt(3600)
    assert abs(float(one.mean())) < error
    assert abs(float(one.var()) - 1) < error * math.sqrt(2)
    assert abs(float((one * other).mean())) < error


def test_the_noise_walks_along_the_angle_of_the_level() -> None:
    q = query(torch.zeros(3, 4), 1.0)
    s = [torch.full((3,), level, dtype=torch.float64) for level in (math.inf, 2.0, 0.0)]
    noise, angles = CounterNoise(), [float(angle(level)[0]) for level in s]
    whole = noise.brownian(q, s[0], s[2]) * math.sqrt(angles[0] - angles[2])
    halves = [noise.brownian(q, a, b) * math.sqrt(float((angle(a) - angle(b))[0])) for a, b in pairwise(s)]
    torch.testing.assert_close(halves[0] + halves[1], whole, atol=1e-6, rtol=0)
    assert whole.dtype == torch.float32
