"""Faults of keys: one that nobody knows is kept, but not where it is a misspelt one of ours."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue

from graphs.document.model import Part
from graphs.faults import Code, Fault, brief
from graphs.naming import nearest


def key_faults(place: str, part: Part) -> list[Fault]:
    """The unknown keys of one part that look like a known key which is not there."""
    unknown = part.model_extra
    return _misspelt_keys(place, part, unknown) if unknown else []


def _misspelt_keys(place: str, part: Part, unknown: Mapping[str, JsonValue]) -> list[Fault]:
    found = []
    absent = [name for name in type(part).model_fields if name not in part.model_fields_set]
    for key, value in unknown.items():
        near = nearest(key, absent)
        if near is not None:
            message, mend = f'the key "{key}" means nothing here', f'did you mean "{near}"?'
            found.append(Fault(code=Code.UNKNOWN_KEY, node=place, message=message, given=brief(value), mend=mend))
    return found
