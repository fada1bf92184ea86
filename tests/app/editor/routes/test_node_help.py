"""The help of node types over HTTP."""

from __future__ import annotations

from tests.app.editor.sites import Site


def test_every_node_type_has_help_that_is_no_page_of_its_own(site: Site) -> None:
    for name in site.studio.catalogue.nodes:
        answer = site.get(f"/api/help/{name}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert "nl-help-summary" in answer.text
        assert "<script" not in answer.text


def test_an_unknown_type_is_said_with_one_that_was_meant(site: Site) -> None:
    answer = site.get("/api/help/guidance.cgf")
    assert answer.status_code == 422
    assert "did you mean 'guidance.cfg'" in answer.json()["message"]
    assert "<b>" not in site.get("/api/help/%3Cb%3E").text.replace("\\u003c", "<") or site.get(
        "/api/help/%3Cb%3E"
    ).headers["content-type"].startswith("application/json")
