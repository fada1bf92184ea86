"""What the document says of what is on the canvas, and where things lie on the screen."""

from __future__ import annotations

from typing import Literal, NamedTuple

from playwright.sync_api import Locator, Page
from pydantic import JsonValue

from tests.browser.acting import node, node_of, wait_until_saved

Frames = Literal["groups", "notes"]


class Box(NamedTuple):
    """A rectangle, in the units of whoever measured it."""

    x: float
    y: float
    width: float
    height: float

    def holds(self, other: Box) -> bool:
        """Whether the other lies inside, borders included."""
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.x + other.width <= self.x + self.width
            and other.y + other.height <= self.y + self.height
        )

    def touches(self, other: Box) -> bool:
        """Whether the two have an area in common."""
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )


def on_screen(place: Locator) -> Box:
    """Where something is drawn."""
    box = place.bounding_box()
    assert box is not None, "it is not drawn"
    return Box(box["x"], box["y"], box["width"], box["height"])


def card(page: Page, identity: str) -> Box:
    """Where a node's card is drawn."""
    return on_screen(node(page, identity))


def view_of(page: Page) -> dict[str, JsonValue]:
    """What the shown level keeps of how it looks."""
    found: dict[str, JsonValue] = page.evaluate("() => window.noiseloom.level.value.view ?? {}")
    return found


def place_of(page: Page, identity: str) -> dict[str, JsonValue]:
    """What the document keeps of how a node looks."""
    found: dict[str, JsonValue] = page.evaluate("id => window.noiseloom.level.value.view?.nodes?.[id] ?? {}", identity)
    return found


def spot_of(page: Page, identity: str) -> tuple[float, float]:
    """Where a node stands, as the document has it."""
    found = place_of(page, identity)
    return float(str(found["x"])), float(str(found["y"]))


def frames_of(page: Page, what: Frames) -> list[dict[str, JsonValue]]:
    """The group frames or the notes of the shown level."""
    found: list[dict[str, JsonValue]] = page.evaluate("what => window.noiseloom.level.value.view?.[what] ?? []", what)
    return found


def parameters_of(page: Page, identity: str) -> dict[str, JsonValue]:
    """What is set on a node, once the server knows."""
    wait_until_saved(page)
    found = node_of(page, identity).get("params", {})
    assert isinstance(found, dict)
    return found


def names_of(page: Page) -> set[str]:
    """The nodes of the shown level."""
    found: list[str] = page.evaluate("() => Object.keys(window.noiseloom.level.value.nodes ?? {})")
    return {*found}
