"""Which numbers a network computes with: the one place that decides it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, TypeAlias

import torch

Asked: TypeAlias = Literal["auto", "float32", "bfloat16", "float16"]
"""What a person may ask for."""

BY_NAME = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
HALVES = (torch.float16, torch.bfloat16)
FLAGS = frozenset({"avx512_bf16", "amx_bf16", "bf16"})
"""What Linux calls instructions for bfloat16, of x86 and of Arm."""
CPU_FLAGS = Path("/proc/cpuinfo")


def compute_dtype(asked: Asked, stored: torch.dtype, device: str) -> torch.dtype:
    """The dtype that a network of weights stored as `stored` computes with on `device`.

    What is asked for by name is taken. "auto" is, on a GPU, that of the file, for which it was made and tested; numbers
    of 8 or 64 bits become bfloat16 or float32, and bfloat16 float16 on a GPU that has none. On a CPU it is float32,
    for which all CPUs have instructions; halves become bfloat16 where the CPU has instructions for that. A network that
    overflows in float16 (x0 is no number) is best asked for in bfloat16: it has the range of float32 and 8 bits of
    precision.
    """
    if asked != "auto":
        return BY_NAME[asked]
    if torch.device(device).type == "cpu":
        return torch.bfloat16 if stored in HALVES and cpu_has_bfloat16() else torch.float32
    if stored.itemsize == 1:
        stored = torch.bfloat16
    if stored is torch.bfloat16 and not gpu_has_bfloat16(device):
        return torch.float16
    return stored if stored in HALVES else torch.float32


def cpu_has_bfloat16() -> bool:
    """Whether this CPU has instructions for bfloat16; without, torch imitates it, slower than float32."""
    for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported"):  # not in every version of torch
        asks = getattr(torch.cpu, name, None)
        if asks is not None and asks():
            return True
    if not CPU_FLAGS.is_file():
        return False
    lines = CPU_FLAGS.read_text(errors="replace").splitlines()
    flags = next((line for line in lines if line.lower().startswith(("flags", "features"))), "")
    return bool(FLAGS & set(flags.split()))


def gpu_has_bfloat16(device: str) -> bool:
    """Whether this GPU has instructions for bfloat16: NVIDIA's since Ampere (8.0), and AMD's that torch runs on."""
    target = torch.device(device)
    if target.type != "cuda":
        return True
    return torch.version.hip is not None or torch.cuda.get_device_capability(target) >= (8, 0)
