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
from nodes.pretrained.single_file import SingleFile
from nodes.pretrained.source import Source

ALONE = {
    "AutoencoderKL": "a VAE by itself, which makes no latents of its own",
    "ControlNetModel": "a ControlNet by itself, which steers a checkpoint",
}
"""Components that are no model by themselves."""


def source_of(path: Path, *, pickles: bool = False, words: Path | None = None) -> Source:
    """The checkpoint at a path: a folder, or a file, whose vocabulary may be in the folder `words`."""
    return Folder(path, pickles=pickles) if path.is_dir() else SingleFile(path, pickles=pickles, words=words)


def family_kind(source: Source) -> type[Family]:
    """The family of a checkpoint; `InputError` where none opens it."""
    known = list(_families())
    found = next((family for family in known if source.kind in family.kinds), None)
    if found is None:
        raise InputError(
            "this kind of checkpoint cannot be opened",
            where=str(source.path),
            given=ALONE.get(source.kind, source.kind) or "a checkpoint that does not say of which pipeline it is",
            allowed=listing(sorted(name for family in known for name in family.kinds), 40),
        )
    return found


def _families() -> Iterator[type[Family]]:
    """The subclasses of `Family` in the files of `families`."""
    for module in pkgutil.iter_modules(families.__path__):
        found = importlib.import_module(f"{families.__name__}.{module.name}")
        own = (entry for entry in vars(found).values() if isinstance(entry, type) and issubclass(entry, Family))
        yield from (entry for entry in own if entry.__module__ == found.__name__)
