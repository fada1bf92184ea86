"""Keys: what a node's result depends on, written out as a recipe, and the digest of that.

A recipe is JSON: what the type is and does (id, version, digest of its code, torch, format of the store), the values in
their one spelling, the digests of the inputs by port, and the digests of the files that it reads. Equal recipes give
equal results; a person can read why two differ.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from graphs.catalogue.catalogue import Catalogue
from graphs.declaration.parameters import FilePath, Kind
from graphs.declaration.records import NodeType
from graphs.parts import DIGEST_SIZE, compact
from graphs.store.disk import FORMAT

Digests = Mapping[str, Sequence[str]]
"""The digests of what comes in, by port; several where it takes a list of wires."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What all nodes of a type share, worked out once."""

    record: NodeType
    head: str
    """The beginning of every recipe of the type."""
    behaviours: tuple[bool, ...]
    """For each output whether it is a behaviour."""
    builds: bool
    """Whether it gives behaviours only: then it is built where it is needed, and nothing of it is stored."""
    plain: bool
    """Whether it gives data only."""
    ports: tuple[str, ...]
    """The outputs' names."""
    positions: Mapping[str | None, int]
    """The outputs' positions by name; None stands for the only one."""
    many: frozenset[str]
    """The ports that take a list of wires."""
    files: tuple[str, ...]
    """The parameters that are files."""
    kinds: Mapping[str, Kind]
    """The kinds of the parameters, files left out."""
    defaults: Mapping[str, JsonValue]
    """The defaults in their one spelling, files left out."""
    settings: str
    """The defaults as they stand in a recipe."""


def shape_of(record: NodeType, catalogue: Catalogue, setting: str) -> Shape:
    """The shape of a type; `setting` is what all results depend on, as the version of torch."""
    files = tuple(entry.name for entry in record.parameters if isinstance(entry.kind, FilePath))
    kinds = {entry.name: entry.kind for entry in record.parameters if entry.name not in files}
    defaults = {
        entry.name: None if entry.default is None else entry.kind.canonical(entry.default)
        for entry in record.parameters
        if entry.name in kinds
    }
    behaviours = tuple(
        any(name in catalogue.values and catalogue.values[name].behaviour for name in port.types)
        for port in record.outputs
    )
    positions: dict[str | None, int] = {port.name: place for place, port in enumerate(record.outputs)}
    code = catalogue.code.get(record.module, "")
    return Shape(
        record,
        f'{{"type":{json.dumps(record.id)},"version":{record.version},"code":"{code}","with":{json.dumps(setting)}',
        behaviours,
        all(behaviours),
        not any(behaviours),
        tuple(port.name for port in record.outputs),
        {**positions, None: 0},
        frozenset(port.name for port in record.inputs if port.many),
        files,
        kinds,
        defaults,
        compact(defaults),
    )


def environment(device: str | None = None) -> str:
    """What every result depends on besides its node: torch, the format of the store; in strict mode the device."""
    torch = ".".join(importlib.metadata.version("torch").split(".")[:2])
    return f"torch {torch}, store {FORMAT}" + (f", {device}" if device else "")


def settings(shape: Shape, params: Mapping[str, JsonValue], wired: Mapping[str, object]) -> str:
    """The values of a node in their one spelling, as they stand in its recipe."""
    kinds = shape.kinds
    replaced = [name for name in wired if name in kinds]
    if not params and not replaced:
        return shape.settings
    values = dict(shape.defaults)
    for name in replaced:
        del values[name]
    for name, value in params.items():
        if name in kinds:
            values[name] = None if value is None else kinds[name].canonical(value)
    return compact(values)


def recipe(shape: Shape, written: str, inputs: Digests, files: Mapping[str, str]) -> str:
    """All that the result of a node depends on; `written` is its settings, `files` the digests of what it reads."""
    wires = ",".join([f'"{port}":["{_QUOTED.join(digests)}"]' for port, digests in inputs.items()])
    read = f',"files":{compact(dict(files))}' if files else ""
    return f'{shape.head},"params":{written},"inputs":{{{wires}}}{read}}}'


def key_of(text: str) -> str:
    """The key of a recipe."""
    return hashlib.blake2b(text.encode(), digest_size=DIGEST_SIZE).hexdigest()


_QUOTED = '","'
