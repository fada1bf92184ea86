"""What `noiseloom edit` was told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from starlette.types import ASGIApp

from app.editor.tokens import Tokens


@dataclass(frozen=True)
class Options:
    """What graphs may use, and where they run."""

    nodes: tuple[Path, ...] = ()
    plugins: bool = True
    readable: tuple[Path, ...] = ()
    device: str = "auto"


class Built(NamedTuple):
    """The application behind the gate, and how it opens a graph: the page of it, as "/d/ID"."""

    app: ASGIApp
    place_of: Callable[[str | None], str]


Builder = Callable[[Options, Tokens], Built]
