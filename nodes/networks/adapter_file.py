"""An adapter's file: safetensors with two factors for each adapted layer."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor

from graphs.errors import InputError
from nodes.networks.adapter_names import Sides, kind_of, sides_of
from nodes.networks.adapter_scales import scales_of
from nodes.networks.header import MEND, Header, check_layout, open_regular, quote, read_header
from nodes.networks.low_rank import Factors

DOWN, UP = ".lora_A.weight", ".lora_B.weight"
LARGEST_FILE = 2**31
"""Bytes of the largest adapter that is opened."""


def open_adapter(path: Path) -> Factors:
    """The adapter stored at `path`, float32, its layers named as in the file, alpha/rank multiplied into `up`.

    `InputError` where the file is none, lacks a half of a layer, or holds an adapter of another kind.
    """
    header, tensors = _read(path)
    sides = sides_of(tensors)
    _check(sides, tensors, path)
    scales = scales_of(sides, header.metadata, str(path))
    down = {name: tensor.float() for name, tensor in sides.down.items()}
    return Factors(down, {name: sides.up[name].float() * scales[name] for name in down})


def _read(path: Path) -> tuple[Header, dict[str, Tensor]]:
    with open_regular(path) as stream:
        header = read_header(stream, path)
        check_layout(header)
        if header.data_size > LARGEST_FILE:
            given = f"{header.data_size} bytes"
            raise InputError("the adapter is too large", where=str(path), given=given, allowed=f"{LARGEST_FILE} bytes")
        try:
            return header, load_tensors(header.raw + stream.read(header.data_size))
        except (OSError, SafetensorError) as error:
            raise InputError(f"the tensors cannot be read: {error}", where=str(path), mend=MEND) from None


def _check(sides: Sides, tensors: dict[str, Tensor], path: Path) -> None:
    if sides.others and (sides.down or any(kind_of(name) != "another kind" for name in sides.others)):
        raise InputError(
            f"the adapter is no LoRA alone: it holds tensors of {kind_of(sides.others[0])}",
            where=str(path),
            given=", ".join(quote(name) for name in sides.others[:3]),
            allowed="low-rank factors, two a layer, with their alpha",
            mend="choose a LoRA, or convert the adapter into one",
        )
    if not sides.down or set(sides.down) != set(sides.up):
        halves = sorted(set(sides.down) ^ set(sides.up))
        raise InputError(
            "this safetensors file is no LoRA adapter",
            where=str(path),
            given=f"half of {halves[0]}" if halves else f"tensors {', '.join(sorted(tensors)[:3])}",
            allowed=f"for each adapted layer LAYER{DOWN} and LAYER{UP}",
            mend="choose a file of low-rank factors, as PEFT, diffusers or kohya's scripts write it",
        )


def serialise_adapter(factors: Factors, dtype: torch.dtype = torch.float16) -> bytes:
    """The file that `open_adapter` opens as this adapter, rounded to `dtype`."""
    tensors: dict[str, Tensor] = {}
    for name, down in factors.down.items():
        tensors[name + DOWN] = down.to("cpu", dtype).contiguous()
        tensors[name + UP] = factors.up[name].to("cpu", dtype).contiguous()
    return save_tensors(tensors)
