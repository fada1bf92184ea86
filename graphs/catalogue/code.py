"""The digest of the code behind a node: its module and all of the project that the module imports, directly or not.

It enters the keys of results, so that an edit of a node makes it run again, and an edit elsewhere does not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from graphs.catalogue import sources
from graphs.catalogue.index import Index
from graphs.catalogue.packages import OURS, Package

BASE = ("curves.py", "declaration", "media.py", "running/context.py", "running/feeding.py", "running/gathering.py")
"""What of `graphs` every node computes with."""


def code_digests(packages: Mapping[Package, Index]) -> dict[str, str]:
    """The digests by module, of all modules that declare nodes or values."""
    base = _base_digest()
    ours = next((index for package, index in packages.items() if package.name == OURS), Index(made_by=""))
    imports_of_ours = {file: entry.imports for file, entry in ours.files.items()}
    found: dict[str, str] = {}
    for package, index in packages.items():
        imports = {file: entry.imports for file, entry in index.files.items()}
        for file, entry in index.files.items():
            if not entry.nodes and not entry.values:
                continue
            reached = sources.closure(file, imports)
            outside = {other for inner in reached for other in index.files[inner].outside}
            beneath = {other for start in outside for other in sources.closure(start, imports_of_ours)}
            parts = [f"{package.name}/{name} {index.files[name].digest}" for name in sorted(reached)]
            parts += [f"{OURS}/{name} {ours.files[name].digest}" for name in sorted(beneath) if name in ours.files]
            module = package.module(package.folder / file)
            found[module] = _digest("\n".join([base, *parts]).encode())
    return found


def _base_digest() -> str:
    folder = Path(__file__).parents[1]
    paths = [folder / name for name in BASE]
    parts = [sources.folder_digest(path) if path.is_dir() else sources.text_digest(path.read_bytes()) for path in paths]
    return _digest("\n".join(parts).encode())


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()
