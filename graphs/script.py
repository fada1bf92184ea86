"""What an exported script uses besides the nodes themselves: `noiseloom export` writes the calls, these do the rest.

It may be used by hand, too: nodes are functions, and these are what the engine does between them.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from pydantic import JsonValue

from graphs.declaration.node import NodeFunction
from graphs.errors import InputError
from graphs.files import FileTrouble, Places, find_file
from graphs.home import assets_folder, workspace_folder
from graphs.hub import PREFIX
from graphs.media import Axis, Cells, Gathering
from graphs.model_folders import hub_cache, model_folders
from graphs.running.context import Meter, RunContext, Steps

if TYPE_CHECKING:
    from graphs.catalogue.packages import Package

P = ParamSpec("P")
T = TypeVar("T")
Gathered = TypeVar("Gathered", bound=Gathering)


class Files:
    """The folder that a graph's files lie in, and others that it may read from: `files("photo.png")` is a path.

    What is not there is looked for in the folders of models.
    """

    def __init__(self, base: str, *others: str) -> None:
        readable = (workspace_folder(), assets_folder(), *map(Path, others))
        self.places = Places(Path(base), readable, model_folders())

    def __call__(self, name: str) -> Path:
        """Give the path of a file or folder; `InputError` where it is not there or lies elsewhere."""
        return _path({"file": name}, self.places)


class OwnNodes:
    """A person's own folder of nodes."""

    def __init__(self, package: Package) -> None:
        self.package = package

    def node(self, module: str, name: str) -> NodeFunction[..., object]:
        """The node of that name in a file of the folder, as "picture" or "sub.picture"."""
        found = self._found(module, name)
        if not isinstance(found, NodeFunction):
            raise InputError(f"'{name}' is no node", where=f"{self.package.folder}, {module}")
        return found

    def value(self, module: str, name: str) -> type[Gathering]:
        """The type of value of that name in a file of the folder, into which the cells of a sweep are gathered."""
        found = self._found(module, name)
        if not isinstance(found, type) or not issubclass(found, Gathering):
            raise InputError(f"'{name}' is no type that gathers", where=f"{self.package.folder}, {module}")
        return found

    def _found(self, module: str, name: str) -> object:
        from graphs.catalogue.packages import import_module

        found: object = getattr(import_module(self.package, f"{self.package.root}.{module}".rstrip(".")), name)
        return found


def own_nodes(folder: str) -> OwnNodes:
    """Make a folder of nodes known, as `--nodes` does; `InputError` where it is not there."""
    from graphs.catalogue.packages import folder_package

    return OwnNodes(folder_package(Path(folder)))


def asset(name: str) -> Path:
    """The path of a file that comes with Noiseloom, as "weights/digits.safetensors"."""
    return _path(f"asset:{name}", Places(assets_folder()))


def hub(name: str) -> Path:
    """The folder of a model in the hub's cache, by "OWNER/NAME" or "OWNER/NAME@REVISION"; nothing is downloaded."""
    return _path(f"{PREFIX}{name}", Places(hub_cache()))


def fed(function: NodeFunction[P, T], parameter: str, value: object, files: Files | None = None) -> object:
    """What a node's parameter is given when a value is wired to it; `InputError` where the value cannot set it."""
    from graphs.declaration.annotations import read_signature
    from graphs.running.feeding import fed as feed

    declared = read_signature(function.function, function.function.__name__).parameters
    found = next((entry for entry in declared if entry.name == parameter), None)
    if found is None:
        raise InputError(f"there is no parameter '{parameter}'", where=function.function.__name__)
    return feed(found, value, files.places if files else Places(Path()))


def finished(work: Steps[T]) -> T:
    """The value of a node that works in steps, when it is done."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            value: T = end.value
            return value


def gathered(
    target: type[Gathered], cells: Sequence[object], axes: Mapping[str, Mapping[str, Sequence[JsonValue]]]
) -> Gathered:
    """All cells of a sweep as one value, as a contact sheet or a table.

    The cells are in rows, the last axis fastest; of each axis, the values of every swept parameter by its path.
    """
    found = [Axis(name, tuple((path, tuple(given)) for path, given in swept.items())) for name, swept in axes.items()]
    return target.gather(Cells(tuple(found), tuple(cells)))


def run_context() -> RunContext:
    """What a node is given that declares `run: RunContext`: a meter of its own, and the CPU."""
    return RunContext(Meter())


def save(name: str, value: object) -> list[Path]:
    """Write a result into the folder that is the script's first argument, or into `out`; the paths of its files.

    The names are those of `noiseloom run`; nothing that is there is overwritten.
    """
    from graphs.results import file_stems, files_of, write_new

    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "out")
    folder.mkdir(parents=True, exist_ok=True)
    files = files_of(value)
    stems = file_stems(name, [file.suffix for file in files])
    return [write_new(folder, stem, file.suffix, file.content) for stem, file in zip(stems, files, strict=True)]


def _path(literal: JsonValue, places: Places) -> Path:
    found = find_file(literal, (), places, folder=True)
    if isinstance(found, FileTrouble):
        given = str(literal["file"]) if isinstance(literal, dict) else str(literal)
        raise InputError(found.message, given=given, allowed=found.allowed, mend=found.mend)
    return found
