"""From a path to a checkpoint: its source, its family."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

from graphs.errors import InputError
from graphs.naming import listing
from nodes.pretrained import families
from nodes.pretrained.family import Family
from nodes.pretrained.folder import Folder
from nodes.pretrained.source import Source


def source_of(path: Path, *, pickles: bool = False) -> Source:
    """The checkpoint at a path."""
    if path.is_dir():
        return Folder(path, pickles=pickles)
    raise InputError("this is no folder of a checkpoint", where=str(path), allowed="a folder, as diffusers writes it")


def family_kind(source: Source) -> type[Family]:
    """The family of a checkpoint; `InputError` where none opens it."""
    known = list(_families())
    found = next((family for family in known if source.kind in family.kinds), None)
    if found is None:
        raise InputError(
            "this kind of checkpoint cannot be opened",
            where=str(source.path),
            given=source.kind or "a checkpoint that does not say of which pipeline it is",
            allowed=listing(sorted(name for family in known for name in family.kinds), 40),
        )
    return found


def _families() -> Iterator[type[Family]]:
    """The subclasses of `Family` in the files of `families`."""
    for module in pkgutil.iter_modules(families.__path__):
        found = importlib.import_module(f"{families.__name__}.{module.name}")
        own = (entry for entry in vars(found).values() if isinstance(entry, type) and issubclass(entry, Family))
        yield from (entry for entry in own if entry.__module__ == found.__name__)
