"""A batch over the cores of a CPU: a part of the rows for each core.

Small convolutions gain little from several threads each: a network call on 32 digits took 150 ms with two threads in
every operation, and 100 ms with the rows in two halves side by side.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import torch
from torch import Tensor

FEWEST_ROWS = 2
"""Rows for which a thread of its own pays."""


def over_cores(function: Callable[..., Tensor], *arguments: Tensor) -> Tensor:
    """`function` of row-aligned tensors, each [B, ...], its result [B, ...] put together from parts of the rows.

    As many parts as torch has threads, each of at least `FEWEST_ROWS` rows; elsewhere than on a CPU, one. The parts
    depend on B and the number of threads only, so the result is the same every time. Gradients flow as without.
    """
    rows, threads = len(arguments[0]), torch.get_num_threads()
    parts = min(threads, rows // FEWEST_ROWS)
    if parts < 2 or arguments[0].device.type != "cpu":  # noqa: PLR2004 - nothing to share out
        return function(*arguments)
    gradients = torch.is_grad_enabled()

    def work(*part: Tensor) -> Tensor:
        with torch.set_grad_enabled(gradients):  # a thread begins with gradients on
            return function(*part)

    split = [tensor.tensor_split(parts) for tensor in arguments]
    with ThreadPoolExecutor(parts, initializer=torch.set_num_threads, initargs=(max(1, threads // parts),)) as pool:
        return torch.cat(list(pool.map(work, *split)))
