"""What source files say without being run: their digest, and which files of the project they import."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Mapping
from pathlib import Path


def text_digest(content: bytes) -> str:
    """The digest of a source file."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def imported_modules(content: bytes, module: str, *, package: bool) -> set[str]:
    """Every module that a source may import, also inside functions; `from a import b` counts as `a` and `a.b`."""
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError):
        return set()
    found: set[str] = set()
    for step in ast.walk(tree):
        if isinstance(step, ast.Import):
            found |= {alias.name for alias in step.names}
        elif isinstance(step, ast.ImportFrom):
            base = _absolute(step, module, package=package)
            found |= {base} | {f"{base}.{alias.name}" for alias in step.names}
    return found


def _absolute(step: ast.ImportFrom, module: str, *, package: bool) -> str:
    if not step.level:
        return step.module or ""
    parts = module.split(".")
    parts = parts[: len(parts) - step.level + (1 if package else 0)]
    return ".".join([*parts, *([step.module] if step.module else [])])


def closure(start: str, imports: Mapping[str, tuple[str, ...]]) -> set[str]:
    """The files that a file reaches over imports, itself included."""
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        file = waiting.pop()
        if file not in reached:
            reached.add(file)
            waiting += imports.get(file, ())
    return reached


def folder_digest(folder: Path) -> str:
    """One digest of all Python files below a folder."""
    digest = hashlib.blake2b(digest_size=16)
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + text_digest(path.read_bytes()).encode())
    return digest.hexdigest()
