"""Counter-based noise: a draw is a function of the row's seed, a purpose, the step and the draw's number.

Never of the batch, the node or the device: the prefix of a larger batch is the same, and a seed gives the same picture
on every machine. The bits are Philox-4x64 (Salmon et al. 2011), whose stream numpy promises to keep; normals are
Box-Muller in float64.
"""

from __future__ import annotations

import hashlib
import math
import struct

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nodes.contracts.rows import Rows


def normal(rows: Rows, event: tuple[int, ...], purpose: str, *, step: int = 0, draw: int = 0) -> Tensor:
    """Standard normal [B, *event], float32 on the CPU."""
    size = math.prod(event)
    drawn = [_box_muller(_bits(seed, purpose, step, draw, size + size % 2), size) for seed in rows.seed.tolist()]
    stacked = np.stack(drawn) if drawn else np.zeros((0, size))
    return torch.from_numpy(stacked.astype(np.float32)).reshape(len(rows), *event)


def uniform(rows: Rows, event: tuple[int, ...], purpose: str, *, step: int = 0, draw: int = 0) -> Tensor:
    """Uniform on [0, 1), [B, *event], float64 on the CPU."""
    size = math.prod(event)
    drawn = [_unit(_bits(seed, purpose, step, draw, size)) for seed in rows.seed.tolist()]
    return torch.from_numpy(np.stack(drawn) if drawn else np.zeros((0, size))).reshape(len(rows), *event)


def _bits(seed: int, purpose: str, step: int, draw: int, count: int) -> NDArray[np.uint64]:
    message = struct.pack("<qqq", seed, step, draw) + purpose.encode()
    key = np.frombuffer(hashlib.blake2b(message, digest_size=16).digest(), dtype="<u8")
    return np.asarray(np.random.Philox(key=key).random_raw(count), dtype=np.uint64)


def _unit(bits: NDArray[np.uint64]) -> NDArray[np.float64]:
    """The upper 53 bits as a number in [0, 1)."""
    return np.asarray((bits >> np.uint64(11)).astype(np.float64) * 2.0**-53, dtype=np.float64)


def _box_muller(bits: NDArray[np.uint64], size: int) -> NDArray[np.float64]:
    first, second = _unit(bits).reshape(2, -1)
    radius = np.sqrt(-2.0 * np.log1p(-first))
    angle = 2.0 * math.pi * second
    return np.concatenate([radius * np.cos(angle), radius * np.sin(angle)])[:size]
