"""Operations as they travel."""

from __future__ import annotations

import json

from pydantic import JsonValue, ValidationError

from graphs.document.operations import OPERATIONS, Batch, Operation
from graphs.errors import InputError
from graphs.faults import brief


def operation_json(operation: Operation) -> dict[str, JsonValue]:
    """An operation with what has its default left out, as documents are written."""
    if isinstance(operation, Batch):
        return {"do": "batch", "operations": [operation_json(inner) for inner in operation.operations]}
    return {"do": operation.do, **operation.model_dump(mode="json", exclude_defaults=True)}


def read_operation(value: JsonValue) -> Operation:
    """The operation that a page sent; `InputError` where it is none."""
    try:
        return OPERATIONS.validate_json(json.dumps(value))  # in Python a list is no tuple to a strict model
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise InputError("this is no edit", where=where, given=brief(value), mend=first["msg"]) from error
