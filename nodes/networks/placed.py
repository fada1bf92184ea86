"""A module whose weights lie where it computes, for as long as it does: what `RunContext.residents` moves."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Generic, TypeVar

import torch
from torch import Tensor, nn

from graphs.running.residents import Residents
from nodes.contracts.identity import digest_of
from nodes.networks.header import open_regular
from nodes.networks.weights import like, slots_of

M = TypeVar("M", bound=nn.Module)


class Placed(Generic[M]):
    """A module, made on the CPU, whose weights are on `device` while it computes and leave it when others need room.

    They compute as `dtype`, else as they are stored. Nobody writes to weights: those on the CPU stay there, as a mapped
    file that takes no memory of its own, and leaving a GPU copies nothing; where a CPU computes with another dtype,
    they are converted once. Gradients that are still to come keep the weights that they need. Without residents the
    weights go to the device at once and stay.
    """

    def __init__(
        self, module: M, device: str, residents: Residents | None = None, dtype: torch.dtype | None = None
    ) -> None:
        self.module, self.device, self.residents, self.dtype = module, device, residents, dtype
        self._slots = list(slots_of(module))
        if residents is None or torch.device(device).type == "cpu":
            self._put(device)
            self._slots = list(slots_of(module))

    @cached_property
    def size(self) -> int:
        """Bytes of the weights as it computes with them."""
        tensors = {id(slot.tensor): slot.tensor for slot in self._slots}.values()
        return sum(tensor.numel() * self._dtype(tensor).itemsize for tensor in tensors)

    @cached_property
    def digest(self) -> str:
        """Of the weights as they are stored."""
        return digest_of({slot.path: slot.tensor for slot in self._slots}, type(self.module))

    def move(self, device: str) -> None:
        """Put the weights there; on the CPU they are as they were loaded."""
        if torch.device(device).type != "cpu":
            self._put(device)
            return
        for slot in self._slots:
            slot.put(slot.tensor)

    @contextmanager
    def working(self) -> Iterator[M]:
        """Hold the module where it computes."""
        if self.residents is None:
            yield self.module
            return
        with self.residents.use(self, self.device):
            yield self.module

    def _put(self, device: str) -> None:
        made: dict[int, Tensor] = {}
        ahead = torch.device(device).type != "cpu"  # the host need not wait for what goes to a GPU
        for slot in self._slots:
            known = id(slot.tensor)
            if known not in made:
                there = slot.tensor.to(device, self._dtype(slot.tensor), non_blocking=ahead)
                made[known] = slot.tensor if there is slot.tensor else like(slot.tensor, there)
            slot.put(made[known])

    def _dtype(self, tensor: Tensor) -> torch.dtype:
        return self.dtype if self.dtype is not None and tensor.is_floating_point() else tensor.dtype


def identity_of(path: Path) -> str:
    """What tells a file from another, also from a later one at the same path, without reading it.

    `InputError` where there is no such file.
    """
    with open_regular(path) as stream:
        found = os.fstat(stream.fileno())
    return f"{path.resolve()} {found.st_size} {found.st_mtime_ns} {found.st_dev}:{found.st_ino}"
