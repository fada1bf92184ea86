"""What the server and the engine process say to each other over their pipe: plain data, never closures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from pydantic import JsonValue

Told: TypeAlias = dict[str, JsonValue]
"""A piece of news as JSON: "kind" says which, "document" of which document."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What an engine works with: folders of nodes, whether plug-ins are used, folders to read from, the device."""

    nodes: tuple[Path, ...] = ()
    plugins: bool = True
    readable: tuple[Path, ...] = ()
    device: str = "auto"


@dataclass(frozen=True, slots=True)
class Job:
    """A run of a document as it was at a revision; without targets, of what runs by default."""

    id: str
    document_id: str
    revision: int
    document: JsonValue
    place: str
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Show:
    """How a document is now."""

    document_id: str
    revision: int
    document: JsonValue
    place: str


@dataclass(frozen=True, slots=True)
class Forget:
    """Nobody looks at this document any more."""

    document_id: str


@dataclass(frozen=True, slots=True)
class Cancel:
    """Stop this job, or never begin it."""

    job_id: str


@dataclass(frozen=True, slots=True)
class Close:
    """End, whatever is under way."""


Message: TypeAlias = Show | Forget | Job | Cancel | Close


@dataclass(frozen=True, slots=True)
class News:
    """Something that happened, and the bytes that its views name, by "HASH.ext"."""

    told: Told
    media: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """Which news it is: plan, job, node, log, result, engine."""
        return str(self.told["kind"])

    @property
    def document(self) -> str:
        """The id of the document that it is about, or nothing."""
        return str(self.told.get("document", ""))

    @property
    def job(self) -> str:
        """The id of the job that it is about, or nothing."""
        return str(self.told.get("job", ""))
