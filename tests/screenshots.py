"""Pictures of the editor's main screens: `python -m tests.screenshots [NAME …] [--out DIR]`.

A screen is a function that takes a signed-in profile to a page worth a look. One that fails does not stop the others.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Literal, NamedTuple

from playwright.sync_api import Browser, Error, Page, expect

from tests.browser.acting import centre, empty_spot, node, port, press_and_move, run_and_wait, select
from tests.browser.chromium import LACKING, chromium, launched
from tests.browser.serving import Served
from tests.browser.visiting import Profile, visiting

Scheme = Literal["dark", "light"]
Screen = Callable[[Profile], Page]
LAPTOP, DESK, NARROW = (1280, 800), (1600, 950), (800, 1100)


class Shot(NamedTuple):
    """One picture: a screen, at a size, in a theme."""

    screen: Screen
    size: tuple[int, int] = LAPTOP
    scheme: Scheme = "dark"


def start_page(profile: Profile) -> Page:
    """The start page: examples, recent documents."""
    return profile.open("/")


def first(profile: Profile) -> Page:
    """The first graph, as it is opened."""
    page = profile.open(profile.document(example="emoji"))
    expect(node(page, "sample")).to_be_visible()
    return page


def first_done(profile: Profile) -> Page:
    """The first graph after its run."""
    page = first(profile)
    run_and_wait(page)
    return page


def running(profile: Profile) -> Page:
    """In the middle of a run: what is predicted shows on the node."""
    page = first(profile)
    page.get_by_role("button", name="Run", exact=True).click()
    expect(node(page, "sample").locator("img").first).to_be_visible(timeout=60_000)
    return page


def search(profile: Profile) -> Page:
    """The search palette, opened by a double click."""
    page = first(profile)
    page.mouse.dblclick(*empty_spot(page))
    page.keyboard.type("heun")
    return page


def refused(profile: Profile) -> Page:
    """A wire held over a port that it does not fit: why, and what would mend it."""
    page = first(profile)
    press_and_move(page, centre(port(page, "noise", "out", "output")), centre(port(page, "cfg", "positive")))
    return page


def selected(profile: Profile) -> Page:
    """A node with all that is known of it, and its help."""
    page = first_done(profile)
    select(page, "cfg")
    return page


def gallery(profile: Profile) -> Page:
    """The results so far."""
    page = first_done(profile)
    page.get_by_role("button", name="Gallery").click()
    return page


def compare(profile: Profile) -> Page:
    """Two results under one slider."""
    page = gallery(profile)
    page.get_by_role("button", name="Compare").first.click()
    return page


def plot(profile: Profile) -> Page:
    """A plot on its node."""
    page = profile.open(profile.document(example="mixture"))
    run_and_wait(page)
    return page


def trajectory(profile: Profile) -> Page:
    """A trajectory, scrubbed along the level."""
    page = profile.open(profile.document(example="filmstrip"))
    run_and_wait(page)
    return page


def shortcuts(profile: Profile) -> Page:
    """Everything that a key does."""
    page = first(profile)
    page.keyboard.press("?")
    return page


SHOTS: dict[str, Shot] = {
    "start": Shot(start_page),
    "start-light": Shot(start_page, scheme="light"),
    "first": Shot(first),
    "running": Shot(running, DESK),  # before anything of this graph is in the store
    "first-done": Shot(first_done),
    "first-done-large": Shot(first_done, DESK),
    "first-done-light": Shot(first_done, DESK, "light"),
    "first-narrow": Shot(first, NARROW),
    "search": Shot(search),
    "refused": Shot(refused),
    "selected": Shot(selected, DESK),
    "gallery": Shot(gallery, DESK),
    "compare": Shot(compare, DESK),
    "plot": Shot(plot, DESK),
    "trajectory": Shot(trajectory, DESK),
    "shortcuts": Shot(shortcuts),
}


def take(browser: Browser, server: Served, cookies: str, shot: Shot, path: Path) -> list[str]:
    """Save one picture; what the page complained about, and why it could not be reached."""
    with visiting(browser, server.url, cookies=cookies, size=shot.size, scheme=shot.scheme) as profile:
        told = []
        try:
            page = shot.screen(profile)
        except (Error, AssertionError) as error:
            told.append(str(error).splitlines()[0])
            page = profile.context.pages[-1] if profile.context.pages else profile.context.new_page()
        page.screenshot(path=path)
        return told + profile.problems.told


def main() -> int:
    """Take the pictures that are asked for, or all."""
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(SHOTS)}")
    parser.add_argument("--out", type=Path, default=Path("out", "screenshots"))
    arguments = parser.parse_args()
    if unknown := {*arguments.names} - {*SHOTS}:
        parser.error(f"no such screen: {', '.join(sorted(unknown))}; there are {', '.join(SHOTS)}")
    if chromium() is None:
        print(LACKING, file=sys.stderr)
        return 2
    arguments.out.mkdir(parents=True, exist_ok=True)
    good = True
    with tempfile.TemporaryDirectory() as home, launched() as browser:
        server = Served(Path(home))
        try:
            with visiting(browser, server.url, link=server.start()) as first:
                cookies = first.cookies()
            for name in arguments.names or SHOTS:
                path = arguments.out / f"{name}.png"
                told = take(browser, server, cookies, SHOTS[name], path)
                print("\n    ".join([str(path), *told]), flush=True)
                good &= not told
        finally:
            server.close()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
