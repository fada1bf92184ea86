"""How a digit is placed in its picture: upright, or turned, slanted, stretched and moved at random."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

from nodes.contracts.draws import uniform
from nodes.contracts.rows import Rows
from nodes.training.handwriting import SIDE
from nodes.training.ink import MARGIN, SIZE

HEIGHT = 25.0
"""Pixels of a digit, of 32."""

SCALE = SIZE / HEIGHT * SIDE / (SIDE + 2 * MARGIN)
"""Half a picture's side, in halves of a field's side."""

TURN, SLANT, STRETCH, SHIFT, PEN = math.radians(8), 0.15, 0.08, 0.08, 0.1
"""The most of each: radians, columns a row, a share of the size, halves of a picture, a field's value."""


class Placing(NamedTuple):
    """Where and how boldly digits are drawn, see `ink.draw`: `map` [B, 2, 3] and `pen` [B]."""

    map: Tensor
    pen: Tensor


def upright(count: int) -> Placing:
    """In the middle, as they were written."""
    return _placed(torch.zeros(count, 7))


def varied(rows: Rows, step: int) -> Placing:
    """Each row at random, by its own seed and the step."""
    return _placed(2 * uniform(rows, (7,), "placing", step=step).float() - 1)


def _placed(knobs: Tensor) -> Placing:
    """Knobs [B, 7], each in [-1, 1]: turn, slant, stretch of both sides, shift in both directions, pen."""
    turn, slant, wide, high, right, down, pen = knobs.unbind(1)
    turn, slant = TURN * turn, SLANT * slant
    wide, high = SCALE * (1 + STRETCH * wide), SCALE * (1 + STRETCH * high)
    across = torch.stack([wide * turn.cos() + slant * turn.sin(), slant * turn.cos() - wide * turn.sin()], 1)
    along = torch.stack([high * turn.sin(), high * turn.cos()], 1)
    shift = SHIFT * torch.stack([right, down], 1)
    return Placing(torch.cat([torch.stack([across, along], 1), shift[..., None]], 2), PEN * pen)
