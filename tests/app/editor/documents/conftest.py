"""Documents in a home of their own, with a clock that a test turns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.editor.documents.library import Library


@dataclass
class Clock:
    """A clock that stands still until it is turned."""

    now: float = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home in an empty folder."""
    monkeypatch.setenv("NOISELOOM_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def library(home: Path, clock: Clock) -> Iterator[Library]:
    """The documents of that home."""
    made = Library(clock=clock)
    yield made
    made.close()
