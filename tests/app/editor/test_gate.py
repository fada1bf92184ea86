"""Who gets in, and who does not."""

from __future__ import annotations

import re

import pytest

from app.editor.asking import PAGE_TOKEN_HEADER
from tests.app.editor.doors import HOST, TYPED, Door, say


def connects(door: Door, path: str, headers: dict[str, str]) -> bool:
    """Whether a WebSocket is let in."""
    return say(door, path, headers, "hello") == (["hello"], None)


def test_a_link_signs_a_browser_in_and_shows_the_page_that_was_wanted() -> None:
    door = Door()
    answer = door.ask("GET", f"/enter?token={door.tokens.new_link('/d/one')}", TYPED)
    assert (answer.status_code, answer.headers["location"]) == (303, "/d/one")
    cookie = answer.headers["set-cookie"].lower()
    assert all(part in cookie for part in ("httponly", "samesite=strict", "path=/", "noiseloom-8642="))
    assert "domain" not in cookie
    assert door.ask("GET", "/d/one", {"Cookie": answer.headers["set-cookie"].split(";")[0]}).status_code == 200


def test_a_link_of_another_site_goes_on_by_a_step_of_our_own() -> None:
    door = Door()
    link = f"/enter?token={door.tokens.new_link('/d/one')}"
    answer = door.ask("GET", link, {**TYPED, "Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, "set-cookie" in answer.headers) == (200, True)
    assert 'http-equiv="refresh" content="0;url=/d/one"' in answer.text


def test_a_replayed_launch_token_lets_nobody_in_and_says_how_to_get_a_new_link() -> None:
    door = Door()
    link = f"/enter?token={door.tokens.new_link()}"
    assert door.ask("GET", link, TYPED).status_code == 303
    again = door.ask("GET", link, TYPED)
    assert (again.status_code, "set-cookie" in again.headers, "noiseloom edit" in again.text) == (403, False, True)


def test_a_used_link_does_no_harm_in_the_browser_that_used_it() -> None:
    door = Door()
    cookie = door.signed_in()
    answer = door.ask("GET", "/enter?token=used", {**TYPED, **cookie})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


@pytest.mark.parametrize(("method", "extra"), [("HEAD", {}), ("POST", {}), ("GET", {"Sec-Purpose": "prefetch"})])
def test_a_preview_of_the_link_does_not_use_it_up(method: str, extra: dict[str, str]) -> None:
    door = Door()
    link = f"/enter?token={door.tokens.new_link()}"
    assert door.ask(method, link, {**TYPED, **extra}).status_code == 403
    assert door.ask("GET", link, TYPED).status_code == 303


@pytest.mark.parametrize("path", ["/", "/media/a.png", "/_nicegui/x.js", "/api/documents", "/favicon.ico"])
def test_another_user_of_this_machine_without_the_cookie_sees_nothing(path: str) -> None:
    answer = Door().ask("GET", path, {"Sec-Fetch-Site": "none"})
    assert (answer.status_code, answer.json()["error"]["message"]) == (401, "not signed in")


def test_who_is_not_signed_in_is_told_what_to_do() -> None:
    answer = Door().ask("GET", "/", TYPED)
    assert (answer.status_code, "noiseloom edit" in answer.text) == (401, True)


@pytest.mark.parametrize("name", ["", ".1.2", "x", "a.99999999999." + "0" * 64, "é"])
def test_a_made_up_cookie_is_none(name: str) -> None:
    cookie = f"noiseloom-8642={name}".encode("latin-1").decode("latin-1")
    assert Door().tokens.session_of(name) is None
    assert Door().ask("GET", "/", {"Cookie": cookie} if name.isascii() else {}).status_code == 401


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example:8642", "127.0.0.1:8642@evil", "[::2]", "0.0.0.0:8642", "::1", ""]
)
def test_a_name_that_was_made_to_point_here_is_refused(host: str) -> None:
    door = Door()
    assert door.ask("GET", "/", {**door.own_page(), "Host": host}).status_code == 403


@pytest.mark.parametrize("host", ["127.0.0.1:8642", "localhost:8642", "LOCALHOST", "[::1]:8642", "[::1]"])
def test_the_names_of_this_machine_are_served(host: str) -> None:
    door = Door()
    headers = {**door.own_page(), "Host": host, "Origin": f"http://{host.lower()}"}
    assert door.ask("GET", "/", headers).status_code == 200


@pytest.mark.parametrize(
    "origin",
    ["null", "http://evil.example", "http://127.0.0.1:9999", f"https://{HOST}", f"http://{HOST}.evil", "file://"],
)
def test_a_foreign_page_changes_nothing_even_with_cookie_and_token(origin: str) -> None:
    door = Door()
    headers = door.own_page()
    assert door.ask("POST", "/api/queue", headers).status_code == 200
    assert door.ask("POST", "/api/queue", {**headers, "Origin": origin}).status_code == 403
    assert door.ask("OPTIONS", "/api/queue", {**headers, "Origin": origin}).status_code == 403


@pytest.mark.parametrize("path", ["/live/one", "/_nicegui_ws/socket.io/"])
def test_a_websocket_is_for_our_own_page_alone(path: str) -> None:
    door = Door()
    headers = door.own_page()
    assert connects(door, path, headers)
    for origin in ("null", "http://evil.example", "http://127.0.0.1:9999"):
        assert not connects(door, path, {**headers, "Origin": origin})
    assert not connects(door, path, {**headers, "Host": "evil.example"})
    assert not connects(door, path, {**headers, "Cookie": ""})


@pytest.mark.parametrize("site", ["cross-site", "same-site", "strange"])
@pytest.mark.parametrize("kind", [("no-cors", "image"), ("no-cors", "script"), ("navigate", "iframe")])
def test_another_site_cannot_show_a_picture_or_frame_of_ours(site: str, kind: tuple[str, str]) -> None:
    door = Door()
    told = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": kind[0], "Sec-Fetch-Dest": kind[1]}
    assert door.ask("GET", "/media/a.png", {**door.signed_in(), **told}).status_code == 403


def test_a_link_on_another_site_may_lead_to_the_editor() -> None:
    door = Door()
    headers = {**door.signed_in(), **TYPED, "Sec-Fetch-Site": "cross-site"}
    assert door.ask("GET", "/", headers).status_code == 200
    assert door.ask("POST", "/api/queue", headers).status_code == 403


@pytest.mark.parametrize("method", ["POST", "DELETE", "PUT", "PATCH", "STRANGE"])
def test_a_change_without_the_pages_own_token_is_refused(method: str) -> None:
    door, other = Door(), Door()
    headers = door.own_page()
    for given in ("", "0" * 64, other.own_page()[PAGE_TOKEN_HEADER]):
        answer = door.ask(method, "/api/documents", {**headers, PAGE_TOKEN_HEADER: given})
        assert (answer.status_code, PAGE_TOKEN_HEADER in answer.text) == (403, True)


def test_every_answer_carries_the_security_headers() -> None:
    door = Door()
    inside, outside = door.ask("GET", "/media/a.png", door.signed_in()), door.ask("GET", "/", TYPED)
    for answer in (inside, outside, door.ask("GET", "/nothing", door.signed_in()), door.ask("GET", "/", {"Host": "e"})):
        policy = answer.headers["content-security-policy"]
        for rule in ("frame-ancestors 'none'", "object-src 'none'", "base-uri 'none'", "connect-src 'self'"):
            assert rule in policy
        assert "unsafe-eval" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert inside.headers["cache-control"] == "immutable"
    assert outside.headers["cache-control"] == "no-store"


def test_the_scripts_of_a_page_run_by_a_nonce_that_is_new_each_time() -> None:
    door = Door()
    pages = [door.ask("GET", "/", {**door.signed_in(), **TYPED}) for _ in range(2)]
    nonces = [re.findall(r'<script nonce="([^"]+)"', page.text) for page in pages]
    assert [len(set(found)) for found in nonces] == [1, 1]
    assert [len(found) for found in nonces] == [2, 2]
    assert nonces[0][0] != nonces[1][0]
    assert all(
        f"'nonce-{found[0]}'" in page.headers["content-security-policy"]
        for page, found in zip(pages, nonces, strict=True)
    )
    assert 'let x = "<script>"' in pages[0].text
    assert "unsafe-inline" not in pages[0].headers["content-security-policy"].split("style-src")[0]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_niceguis_socket_is_no_way_around_websockets(method: str) -> None:
    door = Door()
    answer = door.ask(method, "/_nicegui_ws/socket.io/?transport=polling&EIO=4", door.own_page())
    assert (answer.status_code, "WebSocket" in answer.text) == (403, True)
