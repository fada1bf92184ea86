"""The tensors of a safetensors file as they lie in it: mapped into memory, not read and not copied."""

from __future__ import annotations

import math
import mmap
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from graphs.errors import InputError
from nodes.networks.header import MEND, TensorEntry, check_layout, open_regular, quote, read_header

DTYPES = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "F8_E4M3": torch.float8_e4m3fn,
    "F8_E5M2": torch.float8_e5m2,
    "I64": torch.int64,
    "I32": torch.int32,
    "I16": torch.int16,
    "I8": torch.int8,
    "U8": torch.uint8,
    "BOOL": torch.bool,
}
"""The dtypes of a checkpoint by their names in the file."""

ITEM_SIZES = {name: dtype.itemsize for name, dtype in DTYPES.items()}


class Stored(NamedTuple):
    """The tensors of a file by name, and what else it says."""

    tensors: dict[str, Tensor]
    metadata: dict[str, str]


def map_file(path: Path) -> Stored:
    """The tensors of a safetensors file, which the system reads in where one is touched and may let go again.

    What is written to them is never written to the file. Raises `InputError` for whatever is wrong with the file, which
    is found out before it is mapped; the file must not be cut while its tensors are in use.
    """
    with open_regular(path) as stream:
        header = read_header(stream, path)
        strange = next((name for name, entry in header.tensors.items() if entry.dtype not in DTYPES), None)
        if strange is not None:
            raise InputError(
                f"{quote(strange)} has a type that is not known here",
                where=str(path),
                given=quote(header.tensors[strange].dtype),
                allowed=", ".join(DTYPES),
                mend="use a file that is not packed or quantised",
            )
        check_layout(header, ITEM_SIZES)
        try:  # the very file whose header was checked: another may stand at the path by now
            mapping = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_COPY)
        except (OSError, ValueError) as error:
            problem = f"the file cannot be mapped into memory: {error}"
            raise InputError(problem, where=str(path), mend=MEND) from None
    begin = len(header.raw)
    return Stored({name: _tensor(mapping, begin, entry) for name, entry in header.tensors.items()}, header.metadata)


def _tensor(mapping: mmap.mmap, begin: int, entry: TensorEntry) -> Tensor:
    dtype, count = DTYPES[entry.dtype], math.prod(entry.shape)
    if not count:
        return torch.empty(entry.shape, dtype=dtype)
    offset = begin + entry.data_offsets[0]
    found = torch.frombuffer(mapping, dtype=dtype, count=count, offset=offset).reshape(entry.shape)
    return found if offset % dtype.itemsize == 0 else found.clone()  # some kernels need numbers at their own multiples
