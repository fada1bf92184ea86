"""The header of a safetensors file, read and checked without trusting a byte of it and without touching a tensor.

A file is eight bytes with the header's length, the header as a JSON object (name of a tensor: dtype, shape and offsets;
`__metadata__`: texts), and the tensors' bytes one after the other without gaps.
"""

from __future__ import annotations

import json
import math
import stat
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, BinaryIO

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from graphs.errors import InputError

HEADER_LIMIT = 16 * 2**20
"""Most bytes of a header that are read."""

PREFIX = 8
"""Bytes before the header."""

ITEM_SIZES = {"F16": 2, "BF16": 2, "F32": 4, "F64": 8}
"""Bytes per number of the dtypes that a network may be stored in."""

MEND = "fetch or copy the file again; it must be a safetensors file"

QUOTED = 80
"""Most characters of a text from a file that an error repeats."""

TAR_MAGIC = 257
"""Where a tar archive says that it is one."""

FOREIGN = (
    (b"PK", "a zip archive, as PyTorch's own checkpoints are", True),
    (b"\x80", "a Python pickle", True),
    (b"\x89PNG", "a PNG picture", False),
    (b"\xff\xd8\xff", "a JPEG picture", False),
    (b"GGUF", "a GGUF file", False),
    (b"\x89HDF", "an HDF5 file", False),
    (b"version https://git-lfs", "a Git LFS pointer, not the file it stands for", False),
)
"""How other files begin, what they are and whether loading one could run code."""

Count = Annotated[int, Field(ge=0, le=2**62)]


class TensorEntry(BaseModel):
    """What the header says about one tensor."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    dtype: Annotated[str, Field(max_length=32)]
    shape: Annotated[tuple[Count, ...], Field(strict=False, max_length=8)]
    data_offsets: Annotated[tuple[Count, Count], Field(strict=False)]


@dataclass(frozen=True)
class Header:
    """A header that is well-formed; whether its tensors are wanted and lie in the file is still open."""

    path: Path
    raw: bytes
    """The length and the header, as they stand in the file."""
    tensors: dict[str, TensorEntry]
    metadata: dict[str, str]
    data_size: int
    """Bytes of the file after the header."""


def open_regular(path: Path) -> BinaryIO:
    """Opens a regular file for reading; raises `InputError` for a folder, a device, a missing or a closed file."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISREG(mode):
            return path.open("rb")
    except FileNotFoundError:
        raise InputError("there is no such file", where=str(path), mend="check the path") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"the file cannot be read: {reason}", where=str(path), mend="check its permissions") from None
    kind = "a folder" if stat.S_ISDIR(mode) else "a device, pipe or socket"
    raise InputError("this is no file", where=str(path), given=kind, allowed="a safetensors file")


def read_header(stream: BinaryIO, path: Path) -> Header:
    """Reads the header at the start of `stream`, of which `path` is the name in errors, and stops at the first tensor.

    Raises `InputError` for a file of another kind (a pickle is named as the danger it is), an absurd or cut length, a
    header that is no JSON object, repeats a key or holds an entry that is not dtype, shape and offsets.
    """
    size = stream.seek(0, 2)
    stream.seek(0)
    start = stream.read(TAR_MAGIC + 5)
    length = int.from_bytes(start[:PREFIX], "little")
    if start[PREFIX : PREFIX + 1] != b"{":
        _refuse_foreign(start, path)
    _check_length(length, size, path)
    stream.seek(0)
    raw = stream.read(PREFIX + length)
    fields = _parse(raw[PREFIX:], path)
    metadata = _metadata(fields.pop("__metadata__", {}), path)
    tensors = {name: _entry(name, value, path) for name, value in fields.items()}
    return Header(path, raw, tensors, metadata, size - len(raw))


def check_layout(header: Header, item_sizes: Mapping[str, int] = ITEM_SIZES) -> None:
    """Compares offsets with dtypes, shapes and the file's size: no gap, no overlap, nothing cut, nothing appended.

    Every dtype must be one of `item_sizes`. Raises `InputError` about the first tensor that does not fit.
    """
    where, end = str(header.path), 0
    for name, entry in sorted(header.tensors.items(), key=lambda item: item[1].data_offsets):
        first, last = entry.data_offsets
        needed = math.prod(entry.shape) * item_sizes[entry.dtype]
        if last - first != needed:
            given, allowed = f"{last - first} bytes", f"{needed} bytes for {list(entry.shape)} of {entry.dtype}"
            raise InputError(f"{quote(name)} has the wrong size", where=where, given=given, allowed=allowed, mend=MEND)
        if first != end:
            problem = "overlaps the tensor before it" if first < end else "leaves a gap before it"
            given, allowed = f"begins at byte {first}", f"byte {end}"
            raise InputError(f"{quote(name)} {problem}", where=where, given=given, allowed=allowed, mend=MEND)
        end = last
    if end != header.data_size:
        problem = "the file is cut short" if end > header.data_size else "bytes follow the last tensor"
        given, allowed = f"{header.data_size} bytes of tensors", f"{end} bytes"
        raise InputError(problem, where=where, given=given, allowed=allowed, mend=MEND)


def parse_json(text: str) -> object:
    """The value of a JSON text; raises `ValueError` for anything else and for an object that has one key twice."""
    try:
        value: object = json.loads(text, object_pairs_hook=_distinct, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return value


def quote(text: str) -> str:
    """A text from a file, fit to be shown: in quotes, control characters escaped, cut after `QUOTED` characters."""
    return ascii(text if len(text) <= QUOTED else text[:QUOTED] + "...")


def some(names: Sequence[str], most: int = 3) -> str:
    """The first of so many names, and dots where there are more."""
    return ", ".join([*names[:most], *["..."] * (len(names) > most)])


def first_problem(error: ValidationError) -> str:
    """The first problem that pydantic found, with its place, as one line."""
    problem = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(str(part) for part in problem["loc"])
    return f"{quote(place)}: {problem['msg']}" if place else problem["msg"]


def _refuse_foreign(start: bytes, path: Path) -> None:
    if not start:
        raise InputError("the file is empty", where=str(path), mend=MEND)
    known = [(kind, unsafe) for magic, kind, unsafe in FOREIGN if start.startswith(magic)]
    if start[TAR_MAGIC:] == b"ustar":
        known.append(("a tar archive, as PyTorch's oldest checkpoints are", True))
    if not known:
        return
    kind, unsafe = known[0]
    if not unsafe:
        raise InputError("this is no safetensors file", where=str(path), given=kind, mend=MEND)
    raise InputError(
        "this file is not opened: a pickle can run any code when it is loaded",
        where=str(path),
        given=kind,
        allowed="a safetensors file, which holds numbers and nothing else",
        mend="ask its author for safetensors, or convert it where it may do no harm",
    )


def _check_length(length: int, size: int, path: Path) -> None:
    if size < PREFIX:
        raise InputError("the file is cut short", where=str(path), given=f"{size} bytes", mend=MEND)
    if length > HEADER_LIMIT:
        allowed = f"at most {HEADER_LIMIT} bytes"
        raise InputError(
            "this is no safetensors file",
            where=str(path),
            given=f"a header of {length} bytes",
            allowed=allowed,
            mend=MEND,
        )
    if length > size - PREFIX:
        raise InputError(
            "the file is cut short",
            where=str(path),
            given=f"{size} bytes",
            allowed=f"more than {PREFIX + length}, the end of its header",
            mend=MEND,
        )


def _parse(raw: bytes, path: Path) -> dict[str, object]:
    try:
        fields = parse_json(raw.decode("utf-8"))
    except ValueError as error:
        raise InputError(f"the header is no valid JSON: {quote(str(error))}", where=str(path), mend=MEND) from None
    if not isinstance(fields, dict) or not raw.startswith(b"{"):
        raise InputError("the header is no JSON object", where=str(path), mend=MEND)
    return fields


def _metadata(value: object, path: Path) -> dict[str, str]:
    try:
        return TypeAdapter(dict[str, str]).validate_python(value, strict=True)
    except ValidationError as error:
        problem = f"the header's __metadata__ is no table of texts: {first_problem(error)}"
        raise InputError(problem, where=str(path), mend=MEND) from None


def _entry(name: str, value: object, path: Path) -> TensorEntry:
    try:
        return TensorEntry.model_validate(value)
    except ValidationError as error:
        problem = f"the header's entry {quote(name)} is malformed: {first_problem(error)}"
        raise InputError(problem, where=str(path), mend=MEND) from None


def _distinct(pairs: list[tuple[str, object]]) -> dict[str, object]:
    table = dict(pairs)
    if len(table) != len(pairs):
        twice, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        raise ValueError(f"the key {quote(twice)} stands twice")
    return table


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no number of JSON")
