"""What the library says of a model."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path

from pydantic import JsonValue

UNKNOWN = "unknown"
PICKLED = "pickled weights"


@dataclass(frozen=True)
class Description:
    """What a file or folder holds, as far as its configuration, headers and sizes say."""

    kind: str = UNKNOWN
    dtype: str = ""
    """The number format of most of the weights, and others that count."""
    memory: int = 0
    """Bytes of the weights that are loaded, at their own dtype."""
    missing: tuple[str, ...] = ()
    """What has to be there and is not, a phrase each."""
    trouble: str = ""
    """Why it cannot be used at all."""
    origin: str = ""
    """The model of the hub that it says it comes from."""


@dataclass(frozen=True)
class Model:
    """A model of the library: what stands for it in a graph, where it lies, how large it is and what it is."""

    name: str
    literal: JsonValue
    place: Path
    bytes: int
    description: Description = field(default_factory=Description)
    remedy: str = ""
    """Where to get what is missing."""

    def plain(self) -> dict[str, JsonValue]:
        """All of it as JSON."""
        described: dict[str, JsonValue] = {
            name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self.description).items()
        }
        place = {"name": self.name, "value": self.literal, "path": str(self.place), "bytes": self.bytes}
        return {**place, **described, "remedy": self.remedy}
