"""Between host and device without waiting.

What decides (levels, steps, rows and every index made from them) lies on the CPU, so that the host never has to ask a
GPU what to do next; what is computed (points, predictions, conditions, weights) lies on the device.
"""

from __future__ import annotations

import torch
from torch import Tensor


def moved(tensor: Tensor, device: torch.device | str) -> Tensor:
    """The tensor on that device; itself where it lies there already.

    On the way to a GPU the host does not wait. On the way back it does, for the numbers may be read at once.
    """
    target = torch.device(device)
    if tensor.device == target:
        return tensor
    return tensor.to(target, non_blocking=target.type != "cpu")


def take_rows(tensor: Tensor, index: Tensor) -> Tensor:
    """The rows of a tensor at the positions `index` [K], which may lie on the host."""
    # Indexed by a tensor of the host, a GPU would be waited for: that copy of the index is a blocking one.
    return tensor[moved(index, tensor.device)]


def put_rows(tensor: Tensor, index: Tensor, rows: Tensor) -> Tensor:
    """The tensor with `rows` [K, ...] at the positions `index` [K], which may lie on the host; a new tensor."""
    return tensor.index_copy(0, moved(index, tensor.device), rows)
