"""Where nodes come from: installed packages that offer `noiseloom.nodes`, and one folder of a person's own."""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.metadata
import importlib.util
import re
import sys
import types
from dataclasses import dataclass
from pathlib import Path

from graphs.errors import InputError

GROUP = "noiseloom.nodes"
OURS = "nodes"
"""The package whose ids carry no package in front."""


@dataclass(frozen=True)
class Package:
    """A tree of node modules: `name` stands in ids, `root` is the dotted name its modules import under."""

    name: str
    root: str
    folder: Path
    plugin: bool
    owned: bool = False
    """A person's own folder: its modules are reloaded when they change, and nothing is written into it."""

    def files(self) -> list[Path]:
        """Its Python files, in a stable order."""
        return sorted(path for path in self.folder.rglob("*.py") if path.is_file() and not self._hidden(path))

    def _hidden(self, path: Path) -> bool:
        """Whether it is no source of a person's, as what an editor or an environment leaves behind."""
        return any(part.startswith(".") or part == "__pycache__" for part in path.relative_to(self.folder).parts)

    def module(self, file: Path) -> str:
        """The dotted name of a file of it."""
        return module_of(self.root, file.relative_to(self.folder).as_posix())

    def identifier(self, module: str, name: str) -> str:
        """The id of a node: its kind is the first part below the package."""
        below = module.removeprefix(self.root).strip(".").split(".")
        kind = below[0] or self.name
        return f"{self.name}.{kind}.{name}" if self.plugin else f"{kind}.{name}"


def module_of(root: str, file: str) -> str:
    """The dotted name of a file, given from the folder of the package `root`."""
    return ".".join((root, *(part for part in file.removesuffix(".py").split("/") if part != "__init__")))


def installed_packages(*, plugins: bool) -> list[Package]:
    """The packages that installed distributions offer, ours first; without plug-ins only ours."""
    found = {entry.value: entry.name for entry in importlib.metadata.entry_points(group=GROUP)}
    names = [OURS, *sorted(set(found) - {OURS})] if plugins else [OURS]
    specs = {name: _find(name) for name in names}
    return [
        Package(name.replace(".", "_"), name, Path(place), plugin=name != OURS)
        for name, spec in specs.items()
        for place in (spec.submodule_search_locations or [] if spec else [])
    ]


def distribution_of(package: Package) -> tuple[str, str]:
    """The name and the version of the distribution that offers a package; empty where none does."""
    for entry in importlib.metadata.entry_points(group=GROUP):
        if entry.value == package.root and entry.dist is not None and not package.owned:
            return entry.dist.name, entry.dist.version
    return "", ""


def _find(name: str) -> importlib.machinery.ModuleSpec | None:
    try:
        return importlib.util.find_spec(name)
    except (ImportError, ValueError):  # what is left of a distribution that is gone
        return None


def folder_package(folder: Path) -> Package:
    """A person's own folder of node files as a package, named as the folder is."""
    folder = folder.resolve()
    if not folder.is_dir():
        raise InputError("there is no such folder of nodes", where="--nodes", given=str(folder), mend="give a folder")
    name = re.sub(r"[^a-z0-9]+", "_", folder.name.lower()).strip("_") or "own"
    name = name if name[0].isalpha() else f"own_{name}"
    return Package(name, f"noiseloom_own_{name}", folder, plugin=True, owned=True)


def import_module(package: Package, module: str) -> types.ModuleType:
    """Import a module of a package; a folder's package is made known first, and no bytecode is written into it."""
    if not package.owned:
        return importlib.import_module(module)
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True  # it would also hide an edit within one second
    try:
        known = sys.modules.get(package.root)
        if known is not None and list(known.__path__) != [str(package.folder)]:
            forget_modules(package)  # another folder of the same name
        if package.root not in sys.modules:
            _make_known(package)
        return importlib.import_module(module)
    finally:
        sys.dont_write_bytecode = before


def _make_known(package: Package) -> None:
    first = package.folder / "__init__.py"
    if not first.is_file():
        made = types.ModuleType(package.root, "A person's own folder of nodes.")
        made.__path__ = [str(package.folder)]
        sys.modules[package.root] = made
        return
    spec = importlib.util.spec_from_file_location(package.root, first, submodule_search_locations=[str(package.folder)])
    if spec is None or spec.loader is None:
        raise ImportError(f"{first} cannot be imported")
    made = sys.modules[package.root] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(made)
    except BaseException:
        del sys.modules[package.root]
        raise


def forget_modules(package: Package) -> None:
    """Let the next import of a folder's modules read them anew."""
    for name in [name for name in sys.modules if name == package.root or name.startswith(f"{package.root}.")]:
        del sys.modules[name]
    importlib.invalidate_caches()
