"""Texts as the numbers of a network's classes."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from graphs.errors import InputError
from graphs.naming import listing
from nodes.pretrained.configs import Config

Names = Mapping[str, tuple[int, ...]]
"""The classes of each name, in small letters; some names are of two."""


def names_of(settings: Config) -> Names:
    """What a pipeline calls its classes: whole labels, and each of the synonyms that stand in one, between commas."""
    labels = settings.get("id2label")
    found: dict[str, set[int]] = {}
    for number, label in labels.items() if isinstance(labels, dict) else ():
        if number.isdecimal() and isinstance(label, str):
            for name in (label, *label.split(",")):
                found.setdefault(name.strip().lower(), set()).add(int(number))
    return {name: tuple(sorted(numbers)) for name, numbers in found.items() if name}


def class_numbers(texts: Sequence[str], count: int, names: Names, nothing: int | None = None) -> Tensor:
    """The class of each text [R], by its number or a name; the empty text is the class `nothing`, where there is one.

    `InputError` for a number that is no class, a name that is not known, or one that two classes have.
    """
    return torch.tensor([_class_number(text.strip(), count, names, nothing) for text in texts])


def _class_number(text: str, count: int, names: Names, nothing: int | None) -> int:
    if not text and nothing is not None:
        return nothing
    if text.isdecimal():
        if int(text) < count:
            return int(text)
        raise InputError("there is no class of this number", given=text, allowed=f"0 to {count - 1}")
    found = names.get(text.lower(), ())
    if len(found) == 1:
        return found[0]
    if found:
        numbers = " or ".join(map(str, found))
        raise InputError("several classes have this name", given=text, mend=f"write the number: {numbers}")
    near = difflib.get_close_matches(text.lower(), names, n=3)
    raise InputError(
        "this network has no such class",
        given=text or "no class",
        allowed=f"a number from 0 to {count - 1}" + (f", or a name as {listing(sorted(names), 4)}" if names else ""),
        mend=f"did you mean {' or '.join(near)}?" if near else "one class a line, by cond.prompt",
    )
