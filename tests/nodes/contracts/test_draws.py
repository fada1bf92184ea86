"""Counter-based noise: its law, and what a draw depends on."""

from __future__ import annotations

import hashlib
import math
import struct

import numpy as np
import torch

from nodes.contracts.draws import normal, uniform
from nodes.contracts.rows import Rows


def test_normals_have_the_moments_of_a_normal() -> None:
    drawn = normal(Rows.first(0, 100), (10_000,), "law").double()
    error = 5 / math.sqrt(drawn.numel())
    assert abs(float(drawn.mean())) < error
    assert abs(float(drawn.square().mean()) - 1) < error * math.sqrt(2)
    assert abs(float(drawn.pow(3).mean())) < error * math.sqrt(15)
    assert abs(float(drawn.pow(4).mean()) - 3) < error * math.sqrt(96)


def test_uniforms_fill_the_unit_interval_evenly() -> None:
    drawn = uniform(Rows.first(0, 10), (10_000,), "law")
    counts = torch.histc(drawn.float(), 20, 0, 1)
    assert float(((counts - 5000) ** 2 / 5000).sum()) < 50
    assert 0 <= float(drawn.min()) <= float(drawn.max()) < 1


def test_a_row_is_drawn_alike_in_every_batch() -> None:
    rows = Rows.first(3, 5)
    together = normal(rows, (3, 2), "batch")
    alone = [normal(rows.take(torch.tensor([index])), (3, 2), "batch") for index in range(5)]
    assert torch.equal(together, torch.cat(alone))


def test_purpose_step_draw_and_seed_all_matter() -> None:
    rows = Rows.first(3, 1)
    draws = [
        normal(rows, (4,), "a"),
        normal(rows, (4,), "b"),
        normal(rows, (4,), "a", step=1),
        normal(rows, (4,), "a", draw=1),
        normal(Rows.first(4, 1), (4,), "a"),
    ]
    assert len({tuple(draw.flatten().tolist()) for draw in draws}) == 5


def test_the_stream_is_box_muller_on_philox_bits() -> None:
    """Written out a second time, so that no later change moves anybody's pictures unseen."""
    rows = Rows.first(11, 1)
    message = struct.pack("<qqq", int(rows.seed[0]), 2, 1) + b"start"
    key = np.frombuffer(hashlib.blake2b(message, digest_size=16).digest(), dtype="<u8")
    bits = np.random.Philox(key=key).random_raw(6)
    first, second = [(int(word) >> 11) / 2**53 for word in bits[:3]], [(int(word) >> 11) / 2**53 for word in bits[3:]]
    pairs = [(math.sqrt(-2 * math.log1p(-u)), 2 * math.pi * v) for u, v in zip(first, second, strict=True)]
    expected = [r * math.cos(a) for r, a in pairs] + [r * math.sin(a) for r, a in pairs]
    drawn = normal(rows, (5,), "start", step=2, draw=1)
    torch.testing.assert_close(drawn[0].double(), torch.tensor(expected[:5], dtype=torch.float64), rtol=1e-6, atol=1e-7)


def test_an_empty_batch_is_empty() -> None:
    assert normal(Rows.first(0, 0), (2, 3), "none").shape == (0, 2, 3)
