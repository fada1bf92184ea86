"""How fast the editor is, in a real browser: `python -m tests.benchmarks.editor [--only WORD …]`.

Each row is what was measured, its bound, and whether it holds; the exit status is 1 when one does not. The browser
draws in software and every page is cold: a profile of its own, with nothing cached. Needs Chromium, as the tests do.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import psutil
from playwright.sync_api import Browser, Page, ViewportSize

from tests.benchmarks.large_graphs import large_graph
from tests.benchmarks.watching import busiest_second, forget, percentile, rate, seen, watch
from tests.browser.acting import centre, empty_spot, node, nodes, press_and_move
from tests.browser.chromium import LACKING, chromium, launched
from tests.browser.serving import Served
from tests.browser.visiting import READY, Profile, visiting

SIZE = (1280, 800)
SKELETON, DRAWN = "nl-skeleton", "nl-drawn"
READY_BOUNDS = {12: (0.8, 0.8), 500: (1.0, 3.0), 1000: (1.0, 5.0)}
"""Seconds until the skeleton can be panned, and until all is drawn."""
REPEATS = 3
CORNER = "() => { const corner = window.noiseloom.canvas.toScreen({ x: 0, y: 0 }); return [corner.x, corner.y]; }"
BUSY = "import os\nos.nice(10)\nwhile True: pass"


class Row(NamedTuple):
    """One measurement."""

    name: str
    value: float
    unit: str
    most: float | None = None
    least: float | None = None

    @property
    def good(self) -> bool:
        """Whether it is within its bound."""
        return (self.most is None or self.value <= self.most) and (self.least is None or self.value >= self.least)

    def line(self) -> str:
        """As the table has it."""
        bound = f"≤ {self.most:g}" if self.most is not None else f"≥ {self.least:g}" if self.least is not None else ""
        word = "" if not bound else "yes" if self.good else "NO"
        return f"{self.name:52} {self.value:9.2f} {self.unit:5} {bound:>8} {word:>4}"


def main() -> int:
    """Measure, and print each row as it comes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", nargs="*", choices=MEASURES, default=[*MEASURES])
    arguments = parser.parse_args()
    if chromium() is None:
        print(LACKING, file=sys.stderr)
        return 2
    print(f"{'what':52} {'is':>9} {'':5} {'bound':>8}")
    good = True
    with launched() as browser:
        for name in arguments.only:
            for row in MEASURES[name](browser):
                print(row.line(), flush=True)
                good &= row.good
    return 0 if good else 1


@contextmanager
def served() -> Iterator[tuple[Served, str]]:
    """A fresh editor, and its link."""
    with tempfile.TemporaryDirectory() as folder:
        server = Served(Path(folder))
        try:
            yield server, server.start()
        finally:
            server.close()


def start(browser: Browser) -> Iterator[Row]:
    """From the command to the first page, and what the server then weighs."""
    told, shown, usable = [], [], []
    for _ in range(REPEATS):
        with tempfile.TemporaryDirectory() as folder, ExitStack() as ending:
            server = Served(Path(folder))
            ending.callback(server.close)
            context = browser.new_context(viewport=ViewportSize(width=SIZE[0], height=SIZE[1]))
            ending.callback(context.close)
            page = context.new_page()
            began = time.perf_counter()
            link = server.start()
            told.append(time.perf_counter() - began)
            page.goto(link, wait_until="commit")
            wait_for_mark(page, SKELETON)
            shown.append(time.perf_counter() - began)
            page.wait_for_selector(READY, state="attached")
            usable.append(time.perf_counter() - began)
            memory = psutil.Process(server.pid).memory_info().rss / 1e6
    yield Row("command → link told", statistics.median(told), "s")
    yield Row("command → first page", statistics.median(shown), "s", most=2.5)
    yield Row("command → the first graph is usable", statistics.median(usable), "s")
    yield Row("memory of the server, a page open", memory, "MB", most=200)


def ready(browser: Browser) -> Iterator[Row]:
    """From navigation to the skeleton and to the whole graph; the worst of several cold pages."""
    with served() as (server, link), visiting(browser, server.url, link=link) as first:
        page = first.open(first.document(large_graph(12), name="first"))
        page.wait_for_function("() => window.noiseloom.engine.value.state === 'ready'", timeout=60_000)
        page.close()
        for size, (skeleton, drawn) in READY_BOUNDS.items():
            address = first.document(large_graph(size), name=f"{size} nodes")
            times = [cold(browser, first, address) for _ in range(REPEATS)]
            for word, bound, number in (("can be panned", skeleton, 0), ("drawn", drawn, 1)):
                yield Row(f"{size} nodes, {word} (worst of {REPEATS})", max(t[number] for t in times), "s", most=bound)
        memory = psutil.Process(server.pid).memory_info().rss / 1e6
        yield Row("memory of the server, three graphs open", memory, "MB", most=200)


def cold(browser: Browser, signed_in: Profile, address: str) -> tuple[float, float]:
    """Seconds until a pan moved the skeleton of a page that was never seen, and until everything was drawn."""
    context = browser.new_context(
        base_url=signed_in.url,
        viewport=ViewportSize(width=SIZE[0], height=SIZE[1]),
        storage_state=signed_in.context.storage_state(),
    )
    try:
        page = context.new_page()
        page.goto(address, wait_until="commit")
        wait_for_mark(page, SKELETON)
        panned = pan_at_once(page)
        return panned, wait_for_mark(page, DRAWN)
    finally:
        context.close()


def pan_at_once(page: Page) -> float:
    """Turn the wheel over the skeleton; seconds from navigation to the frame that shows it moved."""
    before: list[float] = page.evaluate(CORNER)
    page.mouse.move(SIZE[0] / 2, SIZE[1] / 2)
    page.mouse.wheel(0, -120)
    moved = (
        f"before => {{ const now = ({CORNER})(); return now.some((x, i) => x !== before[i]) && performance.now(); }}"
    )
    moment: float = page.wait_for_function(moved, arg=before).json_value()
    return moment / 1000


def wait_for_mark(page: Page, name: str) -> float:
    """Seconds from navigation to a mark that the page sets."""
    page.wait_for_function("name => performance.getEntriesByName(name).length", arg=name, timeout=60_000)
    moment: float = page.evaluate("name => performance.getEntriesByName(name)[0].startTime", name)
    return moment / 1000


def drag(browser: Browser) -> Iterator[Row]:
    """Frames while a node is dragged, and while the canvas is panned, at zoom 1 in a graph of 500 nodes."""
    with served() as (server, link), visiting(browser, server.url, link=link) as profile:
        watch(profile.context)
        page = profile.open(profile.document(large_graph(500), name="500 nodes"))
        card = card_at_zoom_one(page)
        for name, spot in (("drag a node", card), ("pan", empty_spot(page))):
            forget(page)
            press_and_move(page, spot, (spot[0] + 20, spot[1] + 10), steps=4)
            for step in range(90):
                page.mouse.move(spot[0] + 20 + 2 * step, spot[1] + 10 + 3 * (step % 30))
            found = seen(page)
            page.mouse.up()
            yield Row(f"500 nodes at zoom 1, {name}", rate(found.frames), "fps", least=55)
            yield Row(f"500 nodes at zoom 1, {name}, 95 % of frames", percentile(found.frames, 0.95), "ms")


def card_at_zoom_one(page: Page) -> tuple[float, float]:
    """The middle of a card's header near the middle of the page, at zoom 1."""
    page.evaluate("() => window.noiseloom.canvas.zoomTo(1)")
    page.wait_for_function("() => document.querySelectorAll('[data-node] header').length")
    headers = page.locator("[data-node] header")
    spots = [centre(headers.nth(number)) for number in range(headers.count())]
    middle = (SIZE[0] / 2, SIZE[1] / 2)
    return min(spots, key=lambda spot: abs(spot[0] - middle[0]) + abs(spot[1] - middle[1]))


def name_of_card(page: Page, spot: tuple[float, float]) -> str:
    """The node whose card is there."""
    name = "([x, y]) => document.elementFromPoint(x, y).closest('[data-node]').dataset.node"
    found: str = page.evaluate(name, [*spot])
    return found


def under_load(browser: Browser) -> Iterator[Row]:
    """The wait from an event to the next frame, and the messages, while a run and niced loops keep every core busy."""
    with served() as (server, link), visiting(browser, server.url, link=link) as profile, ExitStack() as ending:
        watch(profile.context)
        page = profile.open(profile.document(large_graph(60), name="busy"))
        for _ in range(os.cpu_count() or 1):
            busy = subprocess.Popen([sys.executable, "-c", BUSY])
            ending.callback(busy.wait)
            ending.callback(busy.kill)
        name = name_of_card(page, card_at_zoom_one(page))
        page.get_by_role("button", name="Run", exact=True).click()
        page.wait_for_function("() => window.noiseloom.job.value?.state === 'running'", timeout=60_000)
        forget(page)
        card = node(page, name).locator("header")
        for _ in range(10):
            spot = centre(card)
            press_and_move(page, spot, (spot[0] + 60, spot[1] + 40), steps=20)
            page.mouse.up()
            page.mouse.wheel(0, -60)
            page.mouse.wheel(0, 60)
            page.keyboard.press("Control+z")
        found = seen(page)
        running = page.evaluate("() => window.noiseloom.job.value.state")
        yield Row("event → next frame under load, 95 %", percentile(found.waits, 0.95), "ms", most=100)
        yield Row("event → next frame under load, worst", max(found.waits), "ms")
        yield Row("messages in the busiest second", busiest_second(found.messages), "", most=30)
        yield Row("kB in all of them", sum(size for _, size in found.messages) / 1e3, "kB")
        yield Row(f"cards drawn while the run was {running}", nodes(page).count(), "")


MEASURES: dict[str, Callable[[Browser], Iterator[Row]]] = {
    "start": start,
    "ready": ready,
    "drag": drag,
    "load": under_load,
}

if __name__ == "__main__":
    sys.exit(main())
