"""A hub's cache as Hugging Face's tools lay it out: blobs, snapshots of links into them, and references."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def cached(cache: Path, name: str, files: Mapping[str, bytes], commit: str = COMMIT, reference: str = "main") -> Path:
    """A snapshot of a model with these files; its folder."""
    model = cache / ("models--" + name.replace("/", "--"))
    folder = model / "snapshots" / commit
    folder.mkdir(parents=True)
    for file, content in files.items():
        blob = model / "blobs" / f"{commit[:8]}-{file.replace('/', '-')}"
        blob.parent.mkdir(exist_ok=True)
        blob.write_bytes(content)
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).symlink_to(blob)
    if reference:
        (model / "refs" / reference).parent.mkdir(parents=True, exist_ok=True)
        (model / "refs" / reference).write_text(commit)
    return folder
