"""A value as parts that need neither torch nor the value's class: a tree of JSON, and buffers of bytes.

Parts are what is digested, kept in the store and sent to another process. Written down they are a safetensors file
that holds the tree in its metadata, under `noiseloom`.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from pydantic import JsonValue
from pydantic_core import PydanticSerializationError, to_json

from graphs.values import Packed, PackingError, pack, unpack

if TYPE_CHECKING:
    from torch import Tensor

KEY = "noiseloom"
DIGEST_SIZE = 32
_HEAD = 8
"""Bytes that hold the length of the header."""

DTYPES = {
    "float64": ("F64", 8),
    "float32": ("F32", 4),
    "float16": ("F16", 2),
    "bfloat16": ("BF16", 2),
    "int64": ("I64", 8),
    "int32": ("I32", 4),
    "int16": ("I16", 2),
    "int8": ("I8", 1),
    "uint64": ("U64", 8),
    "uint32": ("U32", 4),
    "uint16": ("U16", 2),
    "uint8": ("U8", 1),
    "bool": ("BOOL", 1),
    "complex64": ("C64", 8),
    "float8_e4m3fn": ("F8_E4M3", 1),
    "float8_e5m2": ("F8_E5M2", 1),
}
"""torch's name of each type of number, with that of safetensors and its bytes."""

_TORCH_NAMES = {name: (torch_name, size) for torch_name, (name, size) in DTYPES.items()}


class DamagedError(PackingError):
    """Bytes that are not what they should be: cut off, changed, or of something else."""


class Buffer(NamedTuple):
    """The numbers of one tensor: their type in safetensors' words, the shape, and the bytes, little-endian."""

    dtype: str
    shape: tuple[int, ...]
    data: bytes


class Parts(NamedTuple):
    """A tree of JSON text, in which {"tensor": n} stands for the n-th buffer."""

    tree: str
    buffers: tuple[Buffer, ...] = ()

    @property
    def size(self) -> int:
        """Bytes in all."""
        return len(self.tree) + (sum(len(buffer.data) for buffer in self.buffers) if self.buffers else 0)


def parts_of(value: object) -> Parts:
    """The parts of a value; `PackingError` names what data cannot hold."""
    return parts_of_packed(pack(value))


def parts_of_packed(packed: Packed) -> Parts:
    """The parts of a value that is packed already."""
    return Parts(compact(packed.tree), tuple([_buffer(tensor) for tensor in packed.tensors]))


def compact(value: JsonValue) -> str:
    """JSON without spaces, always the same for the same value; the keys stay in their order."""
    try:
        return to_json(value).decode()
    except PydanticSerializationError:  # half of a surrogate pair, which only escapes can spell
        return json.dumps(value, separators=(",", ":"))


def value_of(parts: Parts, find: Callable[[str], type]) -> object:
    """The value of these parts; `find` gives the class of a data type by its name."""
    tensors = tuple(_tensor(buffer) for buffer in parts.buffers)
    return unpack(Packed(json.loads(parts.tree), tensors), find)


def digest_of(parts: Parts) -> str:
    """The digest of a content: equal parts give equal digests."""
    found = hashlib.blake2b(parts.tree.encode(), digest_size=DIGEST_SIZE)
    for buffer in parts.buffers:
        found.update(f"\n{buffer.dtype}{list(buffer.shape)}".encode())
        found.update(buffer.data)
    return found.hexdigest()


def digest(value: object) -> str:
    """The digest of a value's content, wherever it lies in memory."""
    return digest_of(parts_of(value))


def encode(parts: Parts) -> bytes:
    """Parts as the bytes of a safetensors file."""
    ends = list(accumulate((len(buffer.data) for buffer in parts.buffers), initial=0))
    header: dict[str, object] = {"__metadata__": {KEY: parts.tree}}
    for number, buffer in enumerate(parts.buffers):
        offsets = ends[number : number + 2]
        header[str(number)] = {"dtype": buffer.dtype, "shape": buffer.shape, "data_offsets": offsets}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % _HEAD)
    return b"".join([len(text).to_bytes(_HEAD, "little"), text, *(buffer.data for buffer in parts.buffers)])


def decode(content: bytes) -> Parts:
    """The parts in the bytes of a file; `DamagedError` where it is none of ours."""
    try:
        start = _HEAD + int.from_bytes(content[:_HEAD], "little")
        header = json.loads(content[_HEAD:start])
        tree = header.pop("__metadata__")[KEY]
        entries = [header[str(number)] for number in range(len(header))]
        buffers = tuple(_read_buffer(entry, content, start) for entry in entries)
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        raise DamagedError(f"this is no stored value: {error}") from error
    if not isinstance(tree, str) or len(content) != start + sum(len(buffer.data) for buffer in buffers):
        raise DamagedError("this is no stored value: it is longer or shorter than it says")
    return Parts(tree, buffers)


def _read_buffer(entry: dict[str, object], content: bytes, start: int) -> Buffer:
    dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(dtype, str) or not isinstance(shape, list) or not isinstance(offsets, list):
        raise DamagedError("this is no stored value: a buffer is not described")
    low, high = offsets
    data = content[start + low : start + high]
    if math.prod(shape) * _TORCH_NAMES[dtype][1] != len(data):
        raise DamagedError("this is no stored value: a buffer is cut off")
    return Buffer(dtype, tuple(shape), data)


def _buffer(tensor: Tensor) -> Buffer:
    import torch  # only called with a tensor

    name = str(tensor.dtype).removeprefix("torch.")
    if name not in DTYPES:
        raise PackingError(f"a tensor of {name}, which data cannot hold; use one of {', '.join(DTYPES)}")
    plain = tensor.detach().to("cpu").resolve_conj().resolve_neg().contiguous()
    flat = plain.as_strided((plain.numel(),), (1,))  # the stride of a single element may be anything
    data = flat.view(torch.uint8).numpy().tobytes() if flat.numel() else b""
    return Buffer(DTYPES[name][0], tuple(tensor.shape), data)


def _tensor(buffer: Buffer) -> Tensor:
    import torch  # only called for a buffer

    kind = getattr(torch, _TORCH_NAMES[buffer.dtype][0])
    if not buffer.data:
        return torch.empty(buffer.shape, dtype=kind)
    return torch.frombuffer(bytearray(buffer.data), dtype=kind).reshape(buffer.shape)
