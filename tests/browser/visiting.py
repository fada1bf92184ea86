"""Signing in, opening documents, and hearing what goes wrong in a page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal, NamedTuple
from urllib.parse import quote

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page
from pydantic import JsonValue

from graphs.home import examples_folder

READY = "[data-ready]"
HEADER = "X-Noiseloom-Token"
WIDE = (1280, 800)
Show = Callable[..., Page]
"""Shows a new document in a tab that the tests of a file share: this graph, or a copy of an example."""
START = re.compile(r'<script[^>]*id="noiseloom-start"[^>]*>(.*?)</script>', re.DOTALL)
TOURED = 'try { localStorage.setItem("noiseloom-toured", "yes") } catch { /* a page without storage */ }'
TELL_VIOLATIONS = """document.addEventListener("securitypolicyviolation", event =>
    console.error(`content security policy: ${event.violatedDirective} forbids ${event.blockedURI}`))"""


class Problems:
    """What pages complained about: errors of scripts, of the console, and of the content security policy."""

    def __init__(self) -> None:
        self._told: list[str] = []
        self._forgiven: list[re.Pattern[str]] = []

    def watch(self, context: BrowserContext) -> None:
        """Hear every page of this profile, those to come included."""
        context.add_init_script(TELL_VIOLATIONS)
        context.on("weberror", lambda error: self._told.append(str(error.error)))
        context.on("console", self._hear)

    def forgive(self, pattern: str) -> None:
        """A test that breaks something says which complaints belong to that."""
        self._forgiven.append(re.compile(pattern))

    def forget(self) -> None:
        """Begin anew, for another test in the same profile."""
        self._told.clear()
        self._forgiven.clear()

    @property
    def told(self) -> list[str]:
        """Every complaint that no test has forgiven."""
        return [line for line in self._told if not any(pattern.search(line) for pattern in self._forgiven)]

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._told.append(f"{message.text} ({message.location.get('url', '')})")


class Profile(NamedTuple):
    """A signed-in browser profile."""

    context: BrowserContext
    problems: Problems
    url: str
    token: str

    def cookies(self) -> str:
        """What signs another profile in, as JSON."""
        return json.dumps(self.context.cookies())

    def headers(self) -> dict[str, str]:
        """What a script of the editor's own page sends with a request that changes something."""
        return {HEADER: self.token, "Origin": self.url}

    def document(self, graph: JsonValue = None, *, example: str = "digits", name: str = "a graph") -> str:
        """The address of a new document: this graph, or a copy of an example that nobody else edits."""
        content = example_graph(example) if graph is None else graph
        answer = self.context.request.post(
            f"/api/import?name={quote(name)}", headers=self.headers(), data=json.dumps(content).encode()
        )
        assert answer.ok, answer.text()
        return f"/d/{answer.json()['id']}"

    def open(self, address: str) -> Page:
        """A new tab that shows this, ready to be used."""
        page = self.context.new_page()
        page.goto(address)
        page.wait_for_selector(READY, state="attached")
        return page


@contextmanager
def visiting(
    browser: Browser,
    url: str,
    *,
    link: str | None = None,
    cookies: str | None = None,
    size: tuple[int, int] = WIDE,
    scheme: Literal["dark", "light"] = "dark",
) -> Iterator[Profile]:
    """A fresh profile at this server, signed in by the link or by the cookies of another profile (as JSON)."""
    context = browser.new_context(base_url=url, viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
    try:
        context.add_init_script(TOURED)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        if cookies is not None:
            context.add_cookies(json.loads(cookies))
        problems = Problems()
        problems.watch(context)
        if link is not None:
            assert context.request.get(link).ok
        yield Profile(context, problems, url, token_of(context))
    finally:
        context.close()


def token_of(context: BrowserContext) -> str:
    """The header token that the start page carries."""
    answer = context.request.get("/")
    assert answer.ok, f"{answer.status} {answer.text()[:500]}"
    start = START.search(answer.text())
    assert start, "the page does not carry what the editor starts with"
    token: str = json.loads(start[1])["token"]
    return token


def example_graph(name: str) -> JsonValue:
    """An example, as its file has it."""
    graph: JsonValue = json.loads((examples_folder() / f"{name}.json").read_text())
    return graph
