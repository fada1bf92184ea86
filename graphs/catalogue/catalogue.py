"""The catalogue: all node types and port types that a graph may use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from graphs.catalogue.code import code_digests
from graphs.catalogue.index import Index, read_index
from graphs.catalogue.packages import Package, folder_package, import_module, installed_packages
from graphs.declaration.node import NodeFunction
from graphs.declaration.records import NodeType, ValueType
from graphs.errors import DeclarationError, InputError

Entry = TypeVar("Entry", NodeType, ValueType)


@dataclass(frozen=True)
class BrokenFile:
    """A file of a plug-in that cannot be imported: the ids it would have begin with `prefix`."""

    prefix: str
    path: Path
    error: str


@dataclass(frozen=True)
class Catalogue:
    """Node types by id, value types by name, and what of the plug-ins is broken."""

    nodes: Mapping[str, NodeType]
    values: Mapping[str, ValueType]
    broken: tuple[BrokenFile, ...] = ()
    packages: tuple[Package, ...] = ()
    earlier: Mapping[str, str] = field(default_factory=dict)
    """Earlier ids of types that were renamed."""
    code: Mapping[str, str] = field(default_factory=dict)
    """The digest of the code behind each module that declares nodes or values."""

    def find(self, identifier: str) -> NodeType | None:
        """The type of that id or earlier id."""
        return self.nodes.get(self.earlier.get(identifier, identifier))

    def function(self, identifier: str) -> NodeFunction[..., object]:
        """The node itself; imports its module."""
        record = self.nodes[identifier]
        found = getattr(import_module(self.package(record), record.module), record.function)
        if not isinstance(found, NodeFunction):
            raise DeclarationError(f"{record.module}.{record.function} is no longer a node; run the command again")
        return found

    def value_class(self, name: str) -> type:
        """The class of a value type; imports its module."""
        record = self.values[name]
        found = getattr(import_module(self.package(record), record.module), name)
        if not isinstance(found, type):
            raise DeclarationError(f"{record.module}.{name} is no longer a type; run the command again")
        return found

    def package(self, record: NodeType | ValueType) -> Package:
        """The package that a type comes from."""
        return next(entry for entry in self.packages if f"{record.module}.".startswith(f"{entry.root}."))

    def conversions(self, source: Iterable[str], target: Iterable[str]) -> tuple[str, ...]:
        """The nodes that turn a value of one of the source types into one of the target types."""
        sources, targets = set(source), set(target)
        return tuple(
            record.id
            for record in self.nodes.values()
            if record.converts and sources <= set(record.inputs[0].types) and set(record.outputs[0].types) <= targets
        )

    def meaning(self, names: Iterable[str]) -> str:
        """Port types in words."""
        known = [self.values[name].meaning if name in self.values else "" for name in names]
        shown = [f"{name} ({text.rstrip('.')})" if text else name for name, text in zip(names, known, strict=True)]
        return " or ".join(shown)


def read_catalogue(folders: Iterable[Path] = (), *, plugins: bool = True) -> Catalogue:
    """The catalogue of what is installed and of a person's own folders; imports only what changed since last time.

    `DeclarationError` where a node of ours is declared badly; a plug-in's file that is broken is kept as such.
    """
    packages = installed_packages(plugins=plugins)
    if plugins:
        packages += _folders(folders)
    nodes: dict[str, NodeType] = {}
    values: dict[str, ValueType] = {}
    broken: list[BrokenFile] = []
    indexes: dict[Package, Index] = {}
    for package in packages:
        index = indexes[package] = read_index(package, next(iter(indexes.values()), None))
        for file, entry in index.files.items():
            if entry.error and not package.plugin:
                raise DeclarationError(f"{package.folder / file}: {entry.error}")
            if entry.error:
                prefix = package.identifier(package.module(package.folder / file), "")
                broken.append(BrokenFile(prefix, package.folder / file, entry.error))
            for record in entry.nodes:
                _add(nodes, record.id, record, str(package.folder / file))
            for value in entry.values:
                _add(values, value.name, value, str(package.folder / file))
    return Catalogue(
        dict(sorted(nodes.items())), values, tuple(broken), tuple(packages), _earlier(nodes), code_digests(indexes)
    )


def _earlier(nodes: Mapping[str, NodeType]) -> dict[str, str]:
    """The types by their earlier ids."""
    found: dict[str, str] = {}
    for record in nodes.values():
        for old in record.also:
            other = nodes.get(found.get(old, old))
            if other is not None:
                message = f"'{old}' is an earlier id of '{record.id}' in {record.module} and is taken in {other.module}"
                raise InputError(message, mend="take it out of one of the two")
            found[old] = record.id
    return found


def _folders(folders: Iterable[Path]) -> list[Package]:
    packages = {package.folder: package for package in map(folder_package, folders)}
    by_name: dict[str, Package] = {}
    for package in packages.values():
        other = by_name.setdefault(package.name, package)
        if other is not package:
            given = f"{other.folder} and {package.folder}"
            message = f"two folders of nodes are called '{package.name}'"
            raise InputError(message, where="--nodes", given=given, mend="rename one of them")
    return list(by_name.values())


def _add(known: dict[str, Entry], name: str, entry: Entry, file: str) -> None:
    if name in known:
        message = f"'{name}' is declared twice: in {known[name].module} and in {entry.module} ({file})"
        raise InputError(message, mend="rename one of the two, or leave one out")
    known[name] = entry
