"""An editor for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.editor.sites import Site, site_in


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """The whole editor in an empty home, and a browser that is signed in."""
    with site_in(tmp_path / "home", monkeypatch) as made:
        yield made
