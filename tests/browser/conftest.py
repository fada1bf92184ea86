"""One server and one browser for all tests; a profile, and a document that nobody else edits, for each."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pydantic import JsonValue

from tests.browser.chromium import LACKING, chromium, launched
from tests.browser.serving import Served
from tests.browser.visiting import READY, Profile, Show, visiting

HERE = Path(__file__).parent
PATIENCE = 30_000
"""Milliseconds after which something that must be seen is not: a machine may be busy."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is in this folder, and run it last: while Playwright is open no other test can have an event loop."""
    ours = [item for item in items if item.path.is_relative_to(HERE)]
    for item in ours:
        item.add_marker(pytest.mark.browser)
    items[:] = [item for item in items if item not in ours] + ours


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium; a person without it is told what to install, CI must have it."""
    if chromium() is None:
        if "CI" in os.environ:
            pytest.fail(LACKING)
        pytest.skip(LACKING)
    expect.set_options(timeout=PATIENCE)
    with launched() as found:
        yield found


@pytest.fixture(scope="session")
def server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The editor that most tests share; it keeps its first link."""
    served = Served(tmp_path_factory.mktemp("editor"))
    try:
        served.start()
        yield served
    finally:
        served.close()


@pytest.fixture
def server_home(server: Served) -> Path:
    """The home of the editor that most tests share."""
    return server.home


@pytest.fixture(scope="session")
def cookies(browser: Browser, server: Served) -> str:
    """What a sign-in by the link leaves in a browser, as JSON."""
    with visiting(browser, server.url, link=server.link) as profile:
        return profile.cookies()


@pytest.fixture
def profile(browser: Browser, server: Served, cookies: str) -> Iterator[Profile]:
    """A signed-in profile of its own. The test fails if any of its pages complains."""
    with visiting(browser, server.url, cookies=cookies) as found:
        yield found
        assert not found.problems.told


@pytest.fixture
def page(profile: Profile) -> Page:
    """The editor with a fresh copy of the digits graph."""
    return profile.open(profile.document())


@pytest.fixture(scope="module")
def guest(browser: Browser, server: Served, cookies: str) -> Iterator[Profile]:
    """A signed-in profile with one tab, for the tests of a file."""
    with visiting(browser, server.url, cookies=cookies) as found:
        found.context.new_page().emulate_media(reduced_motion="reduce")
        yield found


@pytest.fixture
def show(guest: Profile) -> Iterator[Show]:
    """Show a new document in the tab of this file, which remembers nothing of earlier tests and must not complain."""
    tab = guest.context.pages[0]
    guest.problems.forget()

    def shown(graph: JsonValue = None, *, example: str = "digits") -> Page:
        address = guest.document(graph, example=example)
        if tab.url.startswith(guest.url):
            tab.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        tab.goto(address)
        tab.wait_for_selector(READY, state="attached")
        return tab

    yield shown
    assert not guest.problems.told


@pytest.fixture
def serve(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Start another editor with a home of its own, to kill and start again; arguments go to the command."""
    started: list[Served] = []

    def start(*arguments: str) -> Served:
        served = Served(tmp_path / f"home-{len(started)}", *arguments)
        started.append(served)
        served.start()
        return served

    yield start
    for served in started:
        served.close()
