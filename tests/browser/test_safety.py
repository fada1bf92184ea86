"""Only the person who started the editor gets in: no other page, no other user, no second use of a link."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Route, expect
from pydantic import JsonValue

from tests.browser.acting import document_of, node, wait_until_saved
from tests.browser.graphs import Graph, graph
from tests.browser.serving import Served
from tests.browser.visiting import HEADER, READY, Profile, Show

EVIL = "http://evil.example"
STRANGERS = (EVIL, "null", "http://127.0.0.1:9", "file://")
SOCKET = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
ATTACK = """async ([url, document]) => {
    const post = await fetch(`${url}/api/documents`, { method: "POST", mode: "no-cors", credentials: "include",
        headers: { "Content-Type": "text/plain" }, body: '{"name": "stolen"}' })
        .then(() => "sent", () => "refused");
    const read = await fetch(`${url}/api/documents`, { credentials: "include" }).then(() => "read", () => "refused");
    const socket = await new Promise(done => {
        const line = new WebSocket(`${url.replace("http", "ws")}/live/${document}`);
        line.onopen = () => done("open");
        line.onerror = () => done("refused");
    });
    return { post, read, socket };
}"""
HOSTILE: Graph = {
    **graph(heun="solver.heun"),
    "name": "<img src=x onerror='window.owned = 1'>",
    "view": {
        "notes": [
            {
                "id": "note",
                "x": 0,
                "y": -200,
                "text": "<img src=x onerror='window.owned = 1'> [go](javascript:alert(1))",
            }
        ],
        "groups": [
            {"id": "group", "title": "<svg onload='window.owned = 1'>", "x": -20, "y": -60, "width": 300, "height": 200}
        ],
    },
}


def ask(
    server: Served, method: str, path: str, headers: Mapping[str, str], body: JsonValue = None
) -> http.client.HTTPResponse:
    """A request as any program can send it, with just these headers."""
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    line.putrequest(method, path, skip_host="Host" in headers, skip_accept_encoding=True)
    content = b"" if body is None else json.dumps(body).encode()
    for name, value in {**headers, "Content-Type": "application/json", "Content-Length": str(len(content))}.items():
        line.putheader(name, value)
    line.endheaders(content)
    answer = line.getresponse()
    line.close()
    return answer


@pytest.fixture
def signed_in(guest: Profile) -> dict[str, str]:
    """All that the person's own browser sends: the cookie and the header."""
    cookies = "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in guest.context.cookies())
    return {"Cookie": cookies, **guest.headers()}


def identity(address: str) -> str:
    """The id of a document."""
    return urlsplit(address).path.rpartition("/")[2]


def test_the_persons_own_page_is_let_in(server: Served, signed_in: dict[str, str], guest: Profile) -> None:
    assert ask(server, "GET", "/api/documents", signed_in).status == 200
    assert ask(server, "POST", "/api/documents", signed_in, {"name": "mine"}).status == 200
    document = identity(guest.document(graph()))
    assert ask(server, "GET", f"/live/{document}", {**signed_in, **SOCKET}).status == 101


@pytest.mark.parametrize("origin", STRANGERS)
def test_another_origin_is_refused_even_with_cookie_and_token(
    server: Served, signed_in: dict[str, str], guest: Profile, origin: str
) -> None:
    headers = {**signed_in, "Origin": origin}
    document = identity(guest.document(graph()))
    assert ask(server, "POST", "/api/documents", headers, {"name": "stolen"}).status == 403
    assert ask(server, "GET", "/api/documents", headers).status == 403
    assert ask(server, "GET", f"/live/{document}", {**headers, **SOCKET}).status == 403


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "[::2]"])
def test_a_foreign_name_that_leads_here_is_refused(server: Served, signed_in: dict[str, str], host: str) -> None:
    headers = {**signed_in, "Host": f"{host}:{server.port}", "Origin": f"http://{host}:{server.port}"}
    assert ask(server, "GET", "/", headers).status == 403
    assert ask(server, "POST", "/api/documents", headers, {"name": "stolen"}).status == 403


@pytest.mark.parametrize("path", ["/", "/api/documents", "/api/gallery", "/api/files", "/media/0.png"])
def test_another_users_request_without_the_cookie_is_refused(server: Served, path: str) -> None:
    assert ask(server, "GET", path, {}).status == 401


def test_another_user_is_shown_nothing_and_told_how_a_person_gets_in(browser: Browser, server: Served) -> None:
    context = browser.new_context(base_url=server.url)
    page = context.new_page()
    page.goto("/")
    expect(page.get_by_role("heading")).to_have_text("You are not signed in")
    expect(page.get_by_text("noiseloom edit")).to_be_visible()
    context.close()


@pytest.mark.parametrize("token", [None, "", "0" * 64])
def test_a_change_without_the_pages_token_is_refused(
    server: Served, signed_in: dict[str, str], guest: Profile, token: str | None
) -> None:
    headers = {name: value for name, value in signed_in.items() if name != HEADER}
    if token is not None:
        headers[HEADER] = token
    document = identity(guest.document(graph()))
    assert ask(server, "POST", "/api/documents", headers, {"name": "stolen"}).status == 403
    assert ask(server, "DELETE", f"/api/documents/{document}", headers).status == 403
    assert ask(server, "GET", f"/d/{document}", headers).status == 200


def test_the_link_of_the_command_works_once(browser: Browser, server: Served, cookies: str) -> None:
    assert cookies, "it has worked once"
    context = browser.new_context(base_url=server.url)
    page = context.new_page()
    page.goto(server.link)
    expect(page.get_by_role("heading")).to_have_text("This link does not work any more")
    assert context.cookies() == []
    page.goto("/")
    expect(page.get_by_role("heading")).to_have_text("You are not signed in")
    context.close()


def test_the_cookie_is_kept_from_scripts_and_other_sites(guest: Profile) -> None:
    (cookie,) = guest.context.cookies()
    assert cookie["httpOnly"] is True
    assert cookie["sameSite"] == "Strict"


def test_a_hostile_page_in_the_same_browser_can_do_nothing(guest: Profile, show: Show) -> None:
    document = identity(show(graph(heun="solver.heun")).url)

    def evil(route: Route) -> None:
        route.fulfill(content_type="text/html", body="<!doctype html><title>evil</title>")

    guest.problems.forgive(".")
    guest.context.route(f"{EVIL}/**", evil)
    page = guest.context.new_page()
    page.goto(f"{EVIL}/")
    found = page.evaluate(ATTACK, [guest.url, document])
    assert (found["read"], found["socket"]) == ("refused", "refused")
    page.close()
    answer = guest.context.request.get("/api/documents")
    assert "stolen" not in answer.text()


def test_every_answer_carries_the_security_headers(guest: Profile, show: Show) -> None:
    document = identity(show(graph(heun="solver.heun")).url)
    for path in ("/", f"/d/{document}", "/api/documents", "/media/0.png", "/nowhere"):
        headers = guest.context.request.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert not any(word in policy for word in ("unsafe-eval", "http:", "*"))
        assert "unsafe-inline" not in policy.partition("script-src")[2].partition(";")[0]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"


def test_a_script_that_gets_into_the_page_does_not_run_and_is_told(guest: Profile, show: Show) -> None:
    page = show(graph(heun="solver.heun"))
    page.evaluate(
        """() => { const script = document.createElement("script"); script.textContent = "window.owned = 1";
        document.body.append(script); }"""
    )
    page.wait_for_function("() => document.querySelector('script:last-of-type') !== null")
    assert page.evaluate("() => window.owned") is None
    assert any("content security policy" in line for line in guest.problems.told)
    guest.problems.forgive("(?i)content security policy")


def test_the_texts_of_a_strange_graph_stay_text(show: Show) -> None:
    page = show(HOSTILE)
    expect(node(page, "heun")).to_be_visible()
    expect(page.get_by_role("complementary", name="Note")).to_contain_text("<img src=x")
    expect(page.locator(".nl-group")).to_contain_text("<svg onload")
    assert page.locator("a[href^='javascript']").count() == 0
    assert page.evaluate("() => window.owned") is None


def test_a_strange_graph_asks_for_nothing_outside(guest: Profile, show: Show) -> None:
    asked: list[str] = []
    guest.context.on("request", lambda request: asked.append(request.url))
    page = show(HOSTILE)
    expect(node(page, "heun")).to_be_visible()
    wait_until_saved(page)
    assert document_of(page)["name"] == HOSTILE["name"]
    page.goto("/")
    page.wait_for_selector(READY)
    assert asked
    assert not [url for url in asked if not url.startswith((guest.url, "data:", "blob:"))]
