"""Faults of keys: one that nobody knows is kept, but not where it is a misspelt one of ours."""

from __future__ import annotations

from collections.abc import Iterator

from graphs.document.model import Part
from graphs.faults import Code, Fault, brief
from graphs.naming import nearest


def key_faults(place: str, part: Part) -> Iterator[Fault]:
    """The unknown keys of one part that look like a known key which is not there."""
    absent = [name for name in type(part).model_fields if name not in part.model_fields_set]
    for key, value in (part.model_extra or {}).items():
        near = nearest(key, absent)
        if near is not None:
            message, mend = f'the key "{key}" means nothing here', f'did you mean "{near}"?'
            yield Fault(code=Code.UNKNOWN_KEY, node=place, message=message, given=brief(value), mend=mend)
