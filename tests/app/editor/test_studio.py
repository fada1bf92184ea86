"""What the studio tells whom."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.editor.documents.library import Library
from app.editor.runs.runs import Runs
from app.editor.studio import Studio
from graphs.catalogue.catalogue import Catalogue
from graphs.document.model import Document


@pytest.fixture
def studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    """A studio whose engine never starts."""
    monkeypatch.setenv("NOISELOOM_HOME", str(tmp_path))
    library = Library()
    found = Studio(Catalogue({}, {}), library, lambda hear: Runs(hear=hear, folder=tmp_path / "gallery"))
    yield found
    library.close()
    found.runs.gallery.close()


def test_a_document_that_is_opened_later_is_told_that_the_engine_is_ready_and_what_is_queued(studio: Studio) -> None:
    studio.hear({"kind": "engine", "document": "", "state": "starting", "text": ""})
    studio.hear({"kind": "engine", "document": "", "state": "ready", "text": ""})
    studio.runs.queue.pause(paused=True)
    live = studio.enter(studio.library.create("later", Document())).live
    assert live == {
        "engine": {"state": "ready", "text": ""},
        "queue": {"running": [], "waiting": [], "paused": True},
    }


def test_news_of_one_document_are_not_told_to_another(studio: Studio) -> None:
    first, second = (studio.enter(studio.library.create(name, Document())) for name in ("first", "second"))
    studio.hear({"kind": "node", "document": first.session.id, "node": "a", "state": "running"})
    assert first.live == {"nodes": {"a": {"state": "running"}}}
    assert second.live == {}
