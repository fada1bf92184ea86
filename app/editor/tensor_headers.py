"""The header of a safetensors file, held against the file: every byte belongs to exactly one tensor."""

from __future__ import annotations

import json
import math
from typing import NoReturn

from pydantic import BaseModel, ConfigDict, JsonValue, NonNegativeInt, ValidationError

from graphs.document.reading import parse_json
from graphs.errors import InputError
from graphs.faults import GraphError

METADATA = "__metadata__"
MOST_TENSORS = 100_000
BITS = {
    **dict.fromkeys(("F64", "I64", "U64", "C64"), 64),
    **dict.fromkeys(("F32", "I32", "U32"), 32),
    **dict.fromkeys(("F16", "BF16", "I16", "U16"), 16),
    **dict.fromkeys(("F8_E4M3", "F8_E5M2", "F8_E8M0", "I8", "U8", "BOOL"), 8),
}
"""Bits of one number, by its type."""


class Tensor(BaseModel):
    """One tensor: its type, its shape, and where its bytes begin and end."""

    model_config = ConfigDict(extra="forbid", strict=True)
    dtype: str
    shape: list[NonNegativeInt]
    data_offsets: tuple[NonNegativeInt, NonNegativeInt]

    @property
    def size(self) -> int | None:
        """Its bytes by type and shape; None where the type is not known."""
        return math.prod(self.shape) * BITS[self.dtype] // 8 if self.dtype in BITS else None


def judge_tensors(header: bytes, size: int, where: str) -> None:
    """Whether a header describes so many bytes of data; `InputError` where it does not."""
    end = 0
    for name, tensor in sorted(_tensors(header, where).items(), key=lambda entry: entry[1].data_offsets):
        begin, after = tensor.data_offsets
        if begin != end or after - begin != tensor.size:
            _refuse(where, f"the tensor {name[:60]!r} is not where or as large as its header says")
        end = after
    if end != size:
        _refuse(where, f"{size} bytes of data, where the header describes {end}")


def _tensors(header: bytes, where: str) -> dict[str, Tensor]:
    try:
        entries = parse_json(header)
        if not isinstance(entries, dict) or len(entries) > MOST_TENSORS or not _is_metadata(entries.get(METADATA, {})):
            _refuse(where, "the header is none of safetensors")
        return {
            name: Tensor.model_validate_json(json.dumps(entry)) for name, entry in entries.items() if name != METADATA
        }
    except (GraphError, ValidationError) as error:
        _refuse(where, str(error)[:200])


def _is_metadata(value: JsonValue) -> bool:
    return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())


def _refuse(where: str, given: str) -> NoReturn:
    raise InputError("the weights are damaged", where=where, given=given, mend="copy or save the file again")
