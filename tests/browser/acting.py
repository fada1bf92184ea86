"""What a person does in the editor, and what they see. Nothing here waits for a time, only for what it should bring.

The page's promises: a card is `[data-node=ID]` with a `header`, in it a port is `[data-port="input:NAME"]` (or
`output:`) and a field `[data-parameter=NAME]`; a wire is `[data-wire]`, and `window.noiseloom` is the store.
"""

from __future__ import annotations

from typing import Literal

from playwright.sync_api import Locator, Page, expect
from pydantic import JsonValue

Side = Literal["input", "output"]
RUN_PATIENCE = 120_000
ENDED = ("done", "failed", "cancelled", "refused")


def node(page: Page, identity: str) -> Locator:
    """The card of a node."""
    return page.locator(f'[data-node="{identity}"]')


def nodes(page: Page) -> Locator:
    """All cards that are drawn."""
    return page.locator("[data-node]")


def port(page: Page, identity: str, name: str, side: Side = "input") -> Locator:
    """One port of a node."""
    return node(page, identity).locator(f'[data-port="{side}:{name}"]')


def field(page: Page, identity: str, parameter: str) -> Locator:
    """The widget of a parameter, on the node."""
    return node(page, identity).locator(f'[data-parameter="{parameter}"]')


def centre(place: Locator) -> tuple[float, float]:
    """The middle of something, on the screen."""
    box = place.bounding_box()
    assert box is not None, "it is not drawn"
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def press_and_move(page: Page, start: tuple[float, float], end: tuple[float, float], steps: int = 8) -> None:
    """Take hold at one place and move to another, without letting go."""
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=steps)


def drag(page: Page, source: Locator, target: Locator) -> None:
    """From the middle of one thing to the middle of another."""
    press_and_move(page, centre(source), centre(target))
    page.mouse.up()


def drag_by(page: Page, source: Locator, right: float, down: float) -> None:
    """Something moved by so many pixels."""
    x, y = centre(source)
    press_and_move(page, (x, y), (x + right, y + down))
    page.mouse.up()


def wire(page: Page, source: tuple[str, str], target: tuple[str, str]) -> None:
    """Draw a wire from an output to an input, each given as node and port."""
    drag(page, port(page, *source, "output"), port(page, *target, "input"))


def select(page: Page, *identities: str) -> None:
    """Click these nodes, adding each to the selection."""
    for number, identity in enumerate(identities):
        node(page, identity).locator("header").click(modifiers=["Shift"] if number else [])


def empty_spot(page: Page) -> tuple[float, float]:
    """A place on the canvas with nothing on it."""
    spot: list[float] | None = page.evaluate(
        """() => { const {left, top, width, height} = document.querySelector(".nl-canvas").getBoundingClientRect();
        for (let y = top + 40; y < top + height - 40; y += 16) for (let x = left + 40; x < left + width - 40; x += 16) {
            const hit = document.elementFromPoint(x, y);
            if (hit?.closest(".nl-canvas") && !hit.closest("[data-node], [data-wire], [data-frame], button, input"))
                return [x, y];
        } return null; }"""
    )
    assert spot, "the canvas is full"
    return spot[0], spot[1]


def state_of(page: Page, name: str) -> JsonValue:
    """One of the store's values, as `document`, `job`, `plan`, `can`."""
    found: JsonValue = page.evaluate("name => window.noiseloom[name].value ?? null", name)
    return found


def document_of(page: Page) -> dict[str, JsonValue]:
    """The document as this page shows it, unconfirmed edits included."""
    found = state_of(page, "document")
    assert isinstance(found, dict)
    return found


def wait_until_saved(page: Page) -> None:
    """Until the server has acknowledged every edit of this page."""
    page.wait_for_function("() => window.noiseloom.saved.value")


def run_and_wait(page: Page, state: str = "done") -> None:
    """Press Run, and wait until that run has ended, in this state."""
    before: JsonValue = page.evaluate("() => window.noiseloom.job.value?.job ?? null")
    page.get_by_role("button", name="Run", exact=True).click()
    wait_for_job(page, before)
    job = state_of(page, "job")
    assert isinstance(job, dict)
    assert job["state"] == state, job


def wait_for_job(page: Page, before: JsonValue) -> None:
    """Until another job than this one has ended."""
    page.wait_for_function(
        """([before, ended]) => { const job = window.noiseloom.job.value;
        return job && job.job !== before && ended.includes(job.state); }""",
        arg=[before, list(ENDED)],
        timeout=RUN_PATIENCE,
    )


def expect_wires(page: Page, count: int) -> None:
    """So many wires are in the document and drawn."""
    expect(page.locator("[data-wire]")).to_have_count(count)


def node_of(page: Page, identity: str) -> dict[str, JsonValue]:
    """A node of the shown level, as the document has it."""
    found: dict[str, JsonValue] = page.evaluate("id => window.noiseloom.level.value.nodes[id]", identity)
    return found


def wires_into(page: Page, identity: str) -> dict[str, JsonValue]:
    """What the inputs of a node are wired to."""
    found = node_of(page, identity).get("inputs", {})
    assert isinstance(found, dict)
    return found
