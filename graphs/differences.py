"""What is other here than where a pack was made, in words: none of it stops a run, all of it may change a result."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import JsonValue

from graphs.catalogue.catalogue import Catalogue
from graphs.files import FileTrouble, Places, find_file
from graphs.manifest import MODEL, Manifest, PackedFile, PackedPackage, file_digest, model_digest, versions
from graphs.naming import listing

NAMES = {"noiseloom": "Noiseloom", "python": "Python"}


def differences(manifest: Manifest, catalogue: Catalogue, files: Places) -> list[str]:
    """A line for each version, package of nodes and asset that differs, and for each node type that is not here."""
    return [
        *_versions(manifest),
        *(note for package in manifest.packages for note in _package(package, catalogue)),
        *(note for entry in manifest.files for note in _asset(entry, files)),
    ]


def _versions(manifest: Manifest) -> Iterator[str]:
    here = versions()
    for name, version in sorted(manifest.versions.items()):
        if name in here and here[name] != version:
            yield f"the pack was made with {NAMES.get(name, name)} {version}; here it is {here[name]}"


def _package(package: PackedPackage, catalogue: Catalogue) -> Iterator[str]:
    own = f"a folder of nodes called '{package.name}'"
    origin = f"{package.distribution} {package.version}" if package.distribution else own
    found = {node.type: catalogue.find(node.type) for node in package.nodes}
    missing = [name for name, record in found.items() if record is None]
    if missing:
        mend = "install it" if package.distribution else "ask for it and name it with --nodes"
        yield f"{listing(missing)}: from {origin}, which is not here; {mend}"
    here = {node: record for node in package.nodes if (record := found[node.type]) is not None}
    for node, record in here.items():
        if record.version != node.version:
            yield f"{node.type} is version {record.version} here, and version {node.version} in the pack"
    changed = [node.type for node, record in here.items() if catalogue.code.get(record.module, "") != node.code]
    if changed:
        yield f"{listing(changed)}: the code here is not that of {origin}, with which the pack was made"


def _asset(entry: PackedFile, files: Places) -> Iterator[str]:
    if not isinstance(entry.literal, str):
        return
    name = entry.literal.removeprefix(MODEL)
    literal: JsonValue = {"file": name} if entry.literal.startswith(MODEL) else name
    digest = file_digest if name.startswith("asset:") else model_digest
    path = find_file(literal, (), files, folder=True)
    if not isinstance(path, FileTrouble) and files.digest_of(path, digest) != entry.digest:
        yield f"the model file {name} is another one than the pack was made with"
