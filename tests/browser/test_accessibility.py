"""axe finds nothing serious on any main page, in the dark and in the light."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import grave_findings
from tests.browser.acting import empty_spot, node, run_and_wait, select, wire
from tests.browser.graphs import digits, graph, guided, noise_picture
from tests.browser.visiting import READY, Show

Reach = Callable[[Show], Page]
SCHEMES: tuple[Literal["dark", "light"], ...] = ("dark", "light")


def start(show: Show) -> Page:
    """The start page, with examples and recent documents."""
    page = show(guided())
    page.goto("/")
    page.wait_for_selector(READY)
    expect(page.get_by_role("heading", name="Examples")).to_be_visible()
    return page


def editor(show: Show) -> Page:
    """A graph with a selected node, all that is known of it, and all nodes by kind."""
    page = show(digits())
    select(page, "cfg")
    page.get_by_role("button", name="Inspector").click()
    page.get_by_role("button", name="Nodes", exact=True).click()
    return page


def gallery(show: Show) -> Page:
    """The results of a run."""
    page = show(noise_picture())
    run_and_wait(page)
    page.get_by_role("button", name="Gallery").click()
    expect(page.get_by_role("tabpanel").locator("img").first).to_be_visible()
    return page


def drawers(kind: str) -> Reach:
    """The queue, or the log."""

    def reach(show: Show) -> Page:
        page = show(guided())
        page.get_by_role("button", name=kind).click()
        expect(page.get_by_role("tabpanel")).to_be_visible()
        return page

    return reach


def dialog(key: str) -> Reach:
    """What a key opens."""

    def reach(show: Show) -> Page:
        page = show(guided())
        select(page, "cfg")
        page.keyboard.press(key)
        expect(page.get_by_role("dialog")).to_be_visible()
        return page

    return reach


def search(show: Show) -> Page:
    """The search for a node."""
    page = show(guided())
    page.mouse.dblclick(*empty_spot(page))
    page.keyboard.type("heun")
    return page


def menu(show: Show) -> Page:
    """What can be done with a node."""
    page = show(guided())
    node(page, "cfg").locator("header").click(button="right")
    expect(page.get_by_role("menu")).to_be_visible()
    return page


def refusal(show: Show) -> Page:
    """Why a wire does not fit."""
    page = show(graph(karras="levels.karras", heun="solver.heun", sample="solver.sample"))
    wire(page, ("karras", "out"), ("sample", "noise"))
    expect(page.get_by_role("dialog", name="This wire does not fit")).to_be_visible()
    return page


def tour(show: Show) -> Page:
    """The walk through the first graph."""
    page = show(digits())
    page.evaluate("() => window.noiseloom.commands.run('tour')")
    expect(page.get_by_role("dialog")).to_be_visible()
    return page


PLACES: dict[str, Reach] = {
    "start": start,
    "editor": editor,
    "gallery": gallery,
    "queue": drawers("Queue"),
    "log": drawers("Log"),
    "export": dialog("Control+e"),
    "versions": dialog("Shift+Z"),
    "keys": dialog("?"),
    "help": dialog("F1"),
    "search": search,
    "menu": menu,
    "refusal": refusal,
    "tour": tour,
}


@pytest.mark.parametrize("place", PLACES)
def test_axe_finds_nothing_serious(show: Show, place: str) -> None:
    page = PLACES[place](show)
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        expect(page.locator(".nl-root")).to_have_attribute("data-theme", scheme)
        page.wait_for_function("() => document.getAnimations().length === 0")
        found = grave_findings(page)
        assert not found, "\n".join([f"{place}, {scheme}", *found])


def test_axe_would_find_a_button_without_a_name(show: Show) -> None:
    page = show(guided())
    page.evaluate("() => document.querySelector('.nl-toolbar').append(document.createElement('button'))")
    assert any(line.startswith("button-name") for line in grave_findings(page))


def test_motion_is_reduced_where_a_person_wishes_so(show: Show) -> None:
    page = show(guided())
    durations: list[float] = page.evaluate(
        """() => [...document.querySelectorAll(".nl-root, .nl-root *")].flatMap(element => {
            const style = getComputedStyle(element);
            return `${style.transitionDuration},${style.animationDuration}`.split(",").map(parseFloat);
        })"""
    )
    assert max(durations) <= 0.01
