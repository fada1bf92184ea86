"""The derived index: what each source file declares, by the digest of the file and of what it imports.

It lies beside the sources like bytecode does (a wheel carries it), or in the person's own folder where the sources
cannot be written or are the person's. Only files that changed are imported again.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

import graphs
from graphs.catalogue import sources
from graphs.catalogue.packages import OURS, Package, forget_modules, import_module, module_of
from graphs.declaration.node import NodeFunction
from graphs.declaration.records import NodeType, ValueType
from graphs.declaration.values import value_mark, value_type
from graphs.errors import NoiseloomError, place_of
from graphs.home import home_folder
from graphs.whole import write_whole

NAME = "index.json"


class FileEntry(BaseModel):
    """One source file: its digest, what it imports, what it declares, or why it cannot be imported.

    `imports` are files of its own package, `outside` files of ours that a plug-in's file imports.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    digest: str
    imports: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    nodes: tuple[NodeType, ...] = ()
    values: tuple[ValueType, ...] = ()
    error: str = ""


class Index(BaseModel):
    """The entries of a package's files by their path; `made_by` is the digest of the code that derives them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    made_by: str
    files: dict[str, FileEntry] = {}

    def digest(self) -> str:
        """One digest of all its files."""
        return sources.text_digest(repr(sorted((file, entry.digest) for file, entry in self.files.items())).encode())


def read_index(package: Package, ours: Index | None = None) -> Index:
    """The index of a package, brought up to date; what is as it was is not imported.

    `ours` is the index that a plug-in builds on: where that changed, all of the plug-in's is derived again.
    """
    maker = sources.folder_digest(Path(__file__).parents[1] / "declaration") + (ours.digest() if ours else "")
    contents = {path.relative_to(package.folder).as_posix(): path.read_bytes() for path in package.files()}
    digests = {file: sources.text_digest(content) for file, content in contents.items()}
    stored = _stored(package, maker, digests)
    if stored.files.keys() == digests.keys() and all(_unchanged(stored, file, digests) for file in digests):
        return stored
    if package.owned:
        forget_modules(package)
    imports = {
        file: stored.files[file].imports
        if _unchanged(stored, file, digests)
        else _imports(package, file, content, contents)
        for file, content in contents.items()
    }
    loaded_before = {file for file in contents if package.module(package.folder / file) in sys.modules}
    files, stale = {}, False
    for file, content in contents.items():
        reached = sources.closure(file, imports)
        if all(_unchanged(stored, other, digests) for other in reached):
            files[file] = stored.files[file]
        else:
            found = _derive(package, file, digests[file], imports[file])
            stale = stale or any(other in loaded_before and _is_new(package, other) for other in reached)
            files[file] = found.model_copy(update={"outside": _outside(package, file, content, ours)})
    index = Index(made_by=maker, files=files)
    if not stale:
        _store(package, index)
    return index


def _is_new(package: Package, file: str) -> bool:
    """Whether a file was written since this process began, so that what the process has loaded may be an older one."""
    return (package.folder / file).stat().st_mtime >= graphs.BEGUN


def _unchanged(stored: Index, file: str, digests: dict[str, str]) -> bool:
    """Whether an entry still holds; one with an error is tried again, for the cause may lie outside the file."""
    entry = stored.files.get(file)
    return entry is not None and entry.digest == digests.get(file) and not entry.error


def _imports(package: Package, file: str, content: bytes, files: dict[str, bytes]) -> tuple[str, ...]:
    module = package.module(package.folder / file)
    wanted = sources.imported_modules(content, module, package=file.endswith("__init__.py"))
    return tuple(sorted(other for other in files if other != file and package.module(package.folder / other) in wanted))


def _outside(package: Package, file: str, content: bytes, ours: Index | None) -> tuple[str, ...]:
    """The files of ours that a plug-in's file imports."""
    if ours is None:
        return ()
    wanted = sources.imported_modules(content, package.module(package.folder / file), package=False)
    return tuple(other for other in ours.files if module_of(OURS, other) in wanted)


def _derive(package: Package, file: str, digest: str, imports: tuple[str, ...]) -> FileEntry:
    name = package.module(package.folder / file)
    try:
        module = import_module(package, name)
        nodes, values = [], []
        for key, value in vars(module).items():
            if isinstance(value, NodeFunction) and value.function.__module__ == name:
                nodes.append(value.record(package.identifier(name, key)))
            elif isinstance(value, type) and value.__module__ == name and value_mark(value):
                values.append(value_type(value))
    except NoiseloomError as error:
        return FileEntry(digest=digest, imports=imports, error=str(error))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a file raises is that file's fault
        text = f"{type(error).__name__}: {error}{place_of(error, package.folder)}"
        return FileEntry(digest=digest, imports=imports, error=text)
    return FileEntry(digest=digest, imports=imports, nodes=tuple(nodes), values=tuple(values))


def _places(package: Package) -> list[Path]:
    own = home_folder() / "index" / f"{sources.text_digest(str(package.folder).encode())}.json"
    return [own] if package.owned else [package.folder / NAME, own]


def _stored(package: Package, maker: str, digests: dict[str, str]) -> Index:
    """The stored index with the most entries that still hold; an empty one where none can be read."""
    found = [Index(made_by=maker)]
    for place in _places(package):
        try:
            index = Index.model_validate_json(place.read_bytes())
        except (OSError, ValidationError):
            continue
        if index.made_by == maker:
            found.append(index)
    holds: Callable[[Index], int] = lambda index: sum(_unchanged(index, file, digests) for file in digests)  # noqa: E731
    return max(found, key=holds)


def _store(package: Package, index: Index) -> None:
    """Write the index where that is allowed; without one everything works, only slower."""
    text = index.model_dump_json().encode()
    for place in _places(package):
        try:
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_whole(place, text)
            place.chmod(0o644)
        except OSError:
            continue
        return
