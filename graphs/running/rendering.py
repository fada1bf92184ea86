"""A result as files, ready to be written; kept in the store beside the result, so that nothing is drawn twice.

Reading it from the store needs neither torch nor the module of the type.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from pydantic import JsonValue

from graphs.catalogue.catalogue import Catalogue
from graphs.media import Feeding, File
from graphs.parts import Buffer, Parts, digest_of, value_of
from graphs.results import files_of
from graphs.running.keys import key_of
from graphs.store.records import Action
from graphs.store.store import Store


@dataclass(frozen=True, slots=True)
class Rendering:
    """The type of a value, its files, and the value itself where it is a number or a text."""

    type: str
    files: tuple[File, ...]
    literal: JsonValue = None


def render(digest: str, parts: Parts, store: Store, catalogue: Catalogue) -> Rendering:
    """The files of a value; made where they are not there yet."""
    name = str(json.loads(parts.tree)["data"])
    record = catalogue.values.get(name)
    key = key_of(f"files of {name} {catalogue.code.get(record.module, '') if record else ''} {digest}")
    known = store.find([key]).get(key)
    found = store.get(known.outputs[0]) if known else None
    if found is not None:
        return _read(found)
    rendering = _make(name, value_of(parts, catalogue.value_class))
    written = _write(rendering)
    kept = digest_of(written)
    store.keep(Action(key, (kept,)), [(kept, written)])
    return rendering


def _make(name: str, value: object) -> Rendering:
    return Rendering(name, files_of(value), value.parameter() if isinstance(value, Feeding) else None)


def _write(rendering: Rendering) -> Parts:
    suffixes = [file.suffix for file in rendering.files]
    tree = json.dumps({"type": rendering.type, "suffixes": suffixes, "literal": rendering.literal})
    return Parts(tree, tuple(Buffer("U8", (len(file.content),), file.content) for file in rendering.files))


def _read(parts: Parts) -> Rendering:
    tree = json.loads(parts.tree)
    contents = [buffer.data for buffer in parts.buffers]
    files = tuple(File(suffix, content) for suffix, content in zip(tree["suffixes"], contents, strict=True))
    return Rendering(tree["type"], files, tree["literal"])
