"""Counter-based draws: a draw is a function of the row's seed, a purpose, the step and the draw's number.

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


def normal(rows: Rows, event: tuple[int, ...], purpose: str, *, step: Tensor | int = 0, draw: int = 0) -> Tensor:
    """Standard normal [B, *event], float32 on the CPU; `step` is one for all rows or each row's own [B]."""
    size = math.prod(event)
    drawn = [normals(key, size) for key in _keys(rows, purpose, step, draw)]
    stacked = np.stack(drawn) if drawn else np.zeros((0, size))
    return torch.from_numpy(stacked.astype(np.float32)).reshape(len(rows), *event)


def uniform(rows: Rows, event: tuple[int, ...], purpose: str, *, step: Tensor | int = 0, draw: int = 0) -> Tensor:
    """Uniform on [0, 1), [B, *event], float64 on the CPU; `step` is one for all rows or each row's own [B]."""
    size = math.prod(event)
    drawn = [_unit(_bits(key, size)) for key in _keys(rows, purpose, step, draw)]
    return torch.from_numpy(np.stack(drawn) if drawn else np.zeros((0, size))).reshape(len(rows), *event)


def normals(key: bytes, size: int) -> NDArray[np.float64]:
    """So many standard normals, a function of a key of 16 bytes."""
    first, second = _unit(_bits(key, size + size % 2)).reshape(2, -1)
    radius = np.sqrt(-2.0 * np.log1p(-first))
    angle = 2.0 * math.pi * second
    return np.concatenate([radius * np.cos(angle), radius * np.sin(angle)])[:size]


def key_of(seed: int, purpose: str, first: int, second: int) -> bytes:
    """The key of one draw of one row: 16 bytes from its seed, its purpose and two counters."""
    return hashlib.blake2b(struct.pack("<qqq", seed, first, second) + purpose.encode(), digest_size=16).digest()


def _keys(rows: Rows, purpose: str, step: Tensor | int, draw: int) -> list[bytes]:
    steps = step.tolist() if isinstance(step, Tensor) else [step] * len(rows)
    return [key_of(seed, purpose, number, draw) for seed, number in zip(rows.seed.tolist(), steps, strict=True)]


def _bits(key: bytes, count: int) -> NDArray[np.uint64]:
    words = np.frombuffer(key, dtype="<u8")
    return np.asarray(np.random.Philox(key=words).random_raw(count), dtype=np.uint64)


def _unit(bits: NDArray[np.uint64]) -> NDArray[np.float64]:
    """The upper 53 bits as a number in [0, 1)."""
    return np.asarray((bits >> np.uint64(11)).astype(np.float64) * 2.0**-53, dtype=np.float64)
