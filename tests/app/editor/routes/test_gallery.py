"""The gallery over HTTP."""

from __future__ import annotations

import json

import pytest

from tests.app.editor.runs.test_gallery import GRAPH, result
from tests.app.editor.sites import Site


def filled(site: Site, count: int = 3) -> list[str]:
    """The ids of results, the oldest first."""
    gallery = site.studio.runs.gallery
    return [str(gallery.add(result(gallery, str(number), text=f"prompt {number}"))["id"]) for number in range(count)]


def ids(site: Site, query: str = "") -> list[str]:
    return [item["id"] for item in site.get(f"/api/gallery{query}").json()["items"]]


def test_results_are_listed_the_newest_first_a_page_at_a_time(site: Site) -> None:
    a, b, c = filled(site)
    assert ids(site) == [c, b, a]
    first = site.get("/api/gallery?limit=2").json()
    assert ([item["id"] for item in first["items"]], first["more"]) == ([c, b], True)
    assert ids(site, f"?limit=2&before={b}") == [a]
    assert ids(site, "?limit=-5") == [c], "at least one"
    assert ids(site, "?before=nobody") == []


def test_results_are_found_by_what_is_asked_for(site: Site) -> None:
    a, b, c = filled(site)
    assert ids(site, "?search=prompt+1") == [b]
    assert ids(site, "?search=%25") == [], "as it is, not as a pattern"
    assert ids(site, "?document=d&kind=pictures") == [c, b, a]
    assert ids(site, "?document=other") == ids(site, "?kind=plot") == []
    assert site.post(f"/api/gallery/{a}", {"favourite": True}).json()["favourite"] is True
    assert ids(site, "?favourites=true") == [a]


def test_a_result_gives_its_graph_and_opens_as_a_document(site: Site) -> None:
    a, *_ = filled(site)
    graph = json.loads(GRAPH % "prompt 0")
    assert site.get(f"/api/gallery/{a}/graph").json() == graph
    opened = site.post(f"/api/gallery/{a}/open").json()["id"]
    session = site.studio.library.session(opened)
    assert session is not None
    assert (session.document.name, session.document.nodes["prompt"].params) == ("Digits", {"text": "prompt 0"})


def test_a_result_is_taken_out_with_its_media(site: Site) -> None:
    a, b = filled(site, 2)
    url = site.get("/api/gallery").json()["items"][-1]["view"]["items"][0]["url"]
    assert site.get(url).status_code == 200
    assert site.ask("DELETE", f"/api/gallery/{a}").status_code == 200
    assert (ids(site), site.get(url).status_code) == ([b], 404)


@pytest.mark.parametrize("item", ["0", "99", "nobody", "9" * 30, "-1", "1 OR 1=1"])
def test_a_result_that_is_not_there_is_said_so(site: Site, item: str) -> None:
    filled(site, 1)
    for method, path in (("DELETE", ""), ("POST", "/open"), ("GET", "/graph")):
        answer = site.ask(method, f"/api/gallery/{item}{path}")
        assert (answer.status_code, "no such result" in answer.json()["message"]) == (422, True)
    assert site.post(f"/api/gallery/{item}", {"favourite": True}).status_code == 422
    assert len(ids(site)) == 1


def test_what_is_no_order_is_refused(site: Site) -> None:
    (a,) = filled(site, 1)
    assert site.post(f"/api/gallery/{a}", {}).status_code == 422
    assert site.get("/api/gallery?limit=many").status_code == 422
    assert site.post("/api/queue", {"explode": True}).status_code == 422
