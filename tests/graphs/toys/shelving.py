"""What takes a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from graphs import FilePath, node

from .values import Amount

Model = Annotated[str | Path, FilePath(suffixes=(".txt",), folder=True)]


@node
def shelf(*, model: Model = "asset:docs") -> Amount:
    """How many bytes the files of a folder hold, or a file."""
    paths = Path(model).rglob("*") if Path(model).is_dir() else [Path(model)]
    return Amount(float(sum(path.stat().st_size for path in paths if path.is_file())))
