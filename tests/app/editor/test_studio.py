"""What all documents share is known to each, whenever it is opened."""

from __future__ import annotations

from tests.app.editor.sites import Site


def test_a_document_that_is_opened_late_knows_of_the_engine(site: Site) -> None:
    with site.running():
        early = site.open(name="early")
        site.tell({"kind": "engine", "document": "", "state": "ready", "text": "all is there"})
        late = site.open(name="late")
        for session in (early, late):
            live = site.page(session.id).welcome["live"]
            assert isinstance(live, dict)
            assert live["engine"] == {"state": "ready", "text": "all is there"}
