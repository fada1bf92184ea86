"""The weights in a safetensors file by its header: names, shapes, and how many bytes of which dtype."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from nodes.networks.header import open_regular, read_header

DTYPES = {
    "F64": "float64",
    "F32": "float32",
    "F16": "float16",
    "BF16": "bfloat16",
    "F8_E4M3": "float8",
    "F8_E5M2": "float8",
    "I64": "int64",
    "I32": "int32",
    "I8": "int8",
    "U8": "uint8",
    "BOOL": "bool",
}
"""What people call the dtypes of a header."""

TWIN = "model_ema."
"""Before the names of a checkpoint's second copy of its network, which is never loaded."""

LEAST_SHARE = 0.01
"""The share of the bytes from which on a dtype is named."""


@dataclass(frozen=True)
class Weights:
    """What the header of a file says."""

    shapes: Mapping[str, tuple[int, ...]]
    sizes: Mapping[str, int]
    """Bytes by dtype, of what is loaded."""
    metadata: Mapping[str, str]


def read_weights(path: Path) -> Weights:
    """The weights of a file, of which the header alone is read; `InputError` where it is no safetensors file."""
    with open_regular(path) as stream:
        header = read_header(stream, path)
    sizes: dict[str, int] = {}
    for name, entry in header.tensors.items():
        first, last = entry.data_offsets
        if not name.startswith(TWIN):
            sizes[entry.dtype] = sizes.get(entry.dtype, 0) + max(0, last - first)
    return Weights({name: entry.shape for name, entry in header.tensors.items()}, sizes, header.metadata)


def summed(all_sizes: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Bytes by dtype of several files."""
    found: dict[str, int] = {}
    for sizes in all_sizes:
        for dtype, size in sizes.items():
            found[dtype] = found.get(dtype, 0) + size
    return found


def dtype_of(sizes: Mapping[str, int]) -> str:
    """The dtypes that count, that of most bytes first."""
    least = LEAST_SHARE * sum(sizes.values())
    ordered = sorted(sizes, key=lambda dtype: (-sizes[dtype], dtype))
    return ", ".join(dict.fromkeys(DTYPES.get(dtype, dtype) for dtype in ordered if sizes[dtype] >= least))
