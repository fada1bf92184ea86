"""What a pack says of itself, `pack.json`: what it was made with, its files and assets, and the nodes that it uses."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
from pathlib import Path
from typing import Annotated, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from graphs.catalogue.catalogue import Catalogue
from graphs.catalogue.packages import distribution_of
from graphs.declaration.records import NodeType
from graphs.document.model import Document, walk

PACK = 1
"""The version of the format that is written."""

FileLiteral: TypeAlias = str | dict[str, str]
"""`{"file": "files/NAME"}` of what is in the pack; `"asset:NAME"`, `"hub:ID"` and `"model:NAME"` of what is not."""

MODEL = "model:"
"""Before the name of what lies in a folder of models."""

SAMPLE = 2**20
"""Bytes of a model's file that are looked at: at its beginning, in its middle and at its end."""


Words: TypeAlias = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$")]
"""Text that may be shown in a terminal."""


class Entry(BaseModel):
    """What all parts of it share; keys that a later version adds are kept."""

    model_config = ConfigDict(frozen=True, extra="allow", strict=True, defer_build=True)


class PackedFile(Entry):
    """A file as the graph names it, and the size and digest (blake2b, 256 bits) of its content."""

    literal: FileLiteral
    size: int = Field(ge=0)
    digest: Words


class PackedNode(Entry):
    """A node type that the graph uses: its version and the digest of its code."""

    type: Words
    version: int
    code: Words


class PackedPackage(Entry):
    """A package of nodes, and the distribution that brings it; none for a person's own folder."""

    name: Words
    distribution: Words = ""
    version: Words = ""
    nodes: tuple[PackedNode, ...]


class Manifest(Entry):
    """All of `pack.json`; `graph` is the digest of `graph.json`."""

    pack: int
    graph: Words
    versions: dict[str, Words]
    files: tuple[PackedFile, ...]
    packages: tuple[PackedPackage, ...]

    def text(self) -> bytes:
        """The content of `pack.json`."""
        plain = self.model_dump(mode="json")
        return (json.dumps(plain, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def new_digest() -> hashlib.blake2b:
    """The digest that packs name content by, of nothing yet."""
    return hashlib.blake2b(digest_size=32)


def digest_of(content: bytes) -> str:
    """The digest of a content."""
    return hashlib.blake2b(content, digest_size=32).hexdigest()


def file_digest(path: Path) -> str:
    """The digest of a file, read in parts."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, new_digest).hexdigest()


def model_digest(path: Path) -> str:
    """The digest of a model's file by its size and three samples: models are too large to be read for a note."""
    size = path.stat().st_size
    digest = new_digest()
    digest.update(f"{size} ".encode())
    with path.open("rb") as file:
        for start in sorted({0, max(0, size // 2 - SAMPLE // 2), max(0, size - SAMPLE)}):
            file.seek(start)
            digest.update(file.read(SAMPLE))
    return digest.hexdigest()


def versions() -> dict[str, str]:
    """The versions that a result depends on, without importing what is slow to import."""
    found = {"python": platform.python_version()}
    for name in ("noiseloom", "torch"):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def packages_used(document: Document, catalogue: Catalogue) -> tuple[PackedPackage, ...]:
    """The packages of the nodes of a graph, each with the node types that are used; a type that is unknown has none."""
    found = (catalogue.find(node.type) for _, level in walk(document) for node in level.nodes.values())
    used = {record.id: record for record in found if record is not None}
    by_package: dict[str, list[NodeType]] = {}
    for _, record in sorted(used.items()):
        by_package.setdefault(catalogue.package(record).name, []).append(record)
    return tuple(_packed_package(records, catalogue) for _, records in sorted(by_package.items()))


def _packed_package(records: list[NodeType], catalogue: Catalogue) -> PackedPackage:
    package = catalogue.package(records[0])
    distribution, version = distribution_of(package)
    nodes = (PackedNode(type=one.id, version=one.version, code=catalogue.code.get(one.module, "")) for one in records)
    return PackedPackage(name=package.name, distribution=distribution, version=version, nodes=tuple(nodes))
