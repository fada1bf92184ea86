"""How many bytes of weights may lie on a device: what `NOISELOOM_MEMORY` says, or a share of what is there."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from graphs.errors import InputError

VARIABLE = "NOISELOOM_MEMORY"
"""The environment variable: "8GiB" for each device, or "cuda:0=8GiB,cpu=16GiB"."""

GPU_SHARE, CPU_SHARE = 0.8, 0.5
"""Shares that weights may take: of what is free on a GPU when it is first asked, of the machine's memory."""

UNITS = {"b": 1, "": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40}
EVERYWHERE = "*"
SIZE = re.compile(r"(\d+(?:\.\d*)?)\s*([a-z]*)")
DEVICE = re.compile(r"cpu|cuda(?::\d+)?")
CONTAINER_LIMIT = Path("/sys/fs/cgroup/memory.max")


class Budgets:
    """The budget of each device, found out when it is first asked for."""

    def __init__(self, given: Mapping[str, int] | None = None, measured: Callable[[str], int] | None = None) -> None:
        self._given, self._measured = given, measured or share_of
        self._found: dict[str, int] = {}

    def of(self, device: str) -> int:
        """Bytes of weights that may lie there; `InputError` where the variable cannot be read."""
        if device not in self._found:
            given = budgets_in(os.environ.get(VARIABLE, "")) if self._given is None else self._given
            found = given.get(device, given.get(EVERYWHERE))
            self._found[device] = self._measured(device) if found is None else found
        return self._found[device]


def budgets_in(text: str) -> dict[str, int]:
    """The bytes by device that a text names; a size without a device is under `EVERYWHERE`. `InputError` if wrong."""
    found: dict[str, int] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        device, _, size = part.lower().rpartition("=")
        number = SIZE.fullmatch(size.strip())
        if number is None or number[2] not in UNITS or (device and not DEVICE.fullmatch(device.strip())):
            raise InputError(
                "this is no budget of memory",
                where=VARIABLE,
                given=part,
                allowed='a size as "8GiB" or "500MB", or sizes by device as "cuda:0=8GiB,cpu=16GiB"',
            )
        name = device.strip() or EVERYWHERE
        found["cuda:0" if name == "cuda" else name] = int(float(number[1]) * UNITS[number[2]])
    return found


def share_of(device: str) -> int:
    """The bytes that weights may take where nobody says otherwise."""
    if not device.startswith("cuda"):
        return int(memory_of_machine() * CPU_SHARE)
    import torch  # asked only about a GPU, which torch has to be there for

    return int(torch.cuda.mem_get_info(device)[0] * GPU_SHARE)


def memory_of_machine() -> int:
    """Bytes of memory that this machine has, or that its container may use."""
    limits = []
    if hasattr(os, "sysconf"):
        limits.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    if CONTAINER_LIMIT.is_file() and (text := CONTAINER_LIMIT.read_text().strip()).isdigit():
        limits.append(int(text))
    return min(limits, default=8 * 2**30)


def in_words(size: int) -> str:
    """A number of bytes for people: 1.5 GiB, 200 MiB, 12 KiB."""
    for unit, bytes_of in (("TiB", 2**40), ("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if size >= bytes_of:
            return f"{size / bytes_of:.3g} {unit}"
    return f"{size} bytes"
