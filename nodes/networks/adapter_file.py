"""An adapter's file: safetensors with `LAYER.lora_A.weight` [r, in], `LAYER.lora_B.weight` [out, r]."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor

from graphs.errors import InputError
from nodes.networks.header import MEND, check_layout, open_regular, read_header
from nodes.networks.low_rank import Factors

DOWN, UP = ".lora_A.weight", ".lora_B.weight"
LARGEST_FILE = 2**31
"""Bytes of the largest adapter that is opened."""


def open_adapter(path: Path) -> Factors:
    """The adapter stored at `path`, float32. `InputError` where the file is none, or lacks a half of a layer."""
    with open_regular(path) as stream:
        header = read_header(stream, path)
        check_layout(header)
        if header.data_size > LARGEST_FILE:
            given = f"{header.data_size} bytes"
            raise InputError("the adapter is too large", where=str(path), given=given, allowed=f"{LARGEST_FILE} bytes")
        try:
            tensors = load_tensors(header.raw + stream.read(header.data_size))
        except (OSError, SafetensorError) as error:
            raise InputError(f"the tensors cannot be read: {error}", where=str(path), mend=MEND) from None
    down = {name.removesuffix(DOWN): tensor.float() for name, tensor in tensors.items() if name.endswith(DOWN)}
    up = {name.removesuffix(UP): tensor.float() for name, tensor in tensors.items() if name.endswith(UP)}
    if not down or set(down) != set(up):
        halves = sorted(set(down) ^ set(up))
        raise InputError(
            "this safetensors file is no LoRA adapter",
            where=str(path),
            given=f"half of {halves[0]}" if halves else f"tensors {', '.join(sorted(tensors)[:3])}",
            allowed=f"for each adapted layer LAYER{DOWN} and LAYER{UP}",
            mend="choose a file of low-rank factors, as PEFT writes it",
        )
    return Factors(down, up)


def serialise_adapter(factors: Factors, dtype: torch.dtype = torch.float16) -> bytes:
    """The file that `open_adapter` opens as this adapter, rounded to `dtype`."""
    tensors: dict[str, Tensor] = {}
    for name, down in factors.down.items():
        tensors[name + DOWN] = down.to("cpu", dtype).contiguous()
        tensors[name + UP] = factors.up[name].to("cpu", dtype).contiguous()
    return save_tensors(tensors)
