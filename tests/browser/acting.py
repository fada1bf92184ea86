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


def edit(page: Page, operation: JsonValue, label: str = "test") -> None:
    """Have the page make an edit, as its widgets do."""
    page.evaluate("([operation, label]) => window.noiseloom.edit(operation, label)", [operation, label])


def set_parameter(page: Page, identity: str, parameter: str, value: JsonValue) -> None:
    """Set a parameter, and wait until the server knows."""
    edit(page, {"do": "set", "at": "", "id": identity, "name": parameter, "value": value}, "set")
    wait_until_saved(page)


def job_of(page: Page) -> dict[str, JsonValue]:
    """The last run, as the page knows it."""
    found = state_of(page, "job")
    assert isinstance(found, dict)
    return found


def run_states(page: Page) -> dict[str, set[str]]:
    """The nodes of the last run, by how they ended: "done" holds those that were only built, too."""
    told: dict[str, str | None] = page.evaluate(
        """() => { const job = window.noiseloom.job.value?.job;
        return Object.fromEntries(Object.keys(window.noiseloom.document.value.nodes).map(id => {
            const news = window.noiseloom.live.of(id);
            return [id, news.job === job ? news.state : null]; })) }"""
    )
    found: dict[str, set[str]] = {"done": set(), "cached": set(), "failed": set(), "skipped": set()}
    for identity, state in told.items():
        if state is not None:
            found.setdefault(state, set()).add(identity)
    return found


def wait_for_plan(page: Page, identity: str, state: str) -> None:
    """Until the plan for the document as it is now says this of a node."""
    page.wait_for_function(
        "([id, state]) => window.noiseloom.plan.value?.states[id]?.state === state",
        arg=[identity, state],
        timeout=RUN_PATIENCE,
    )


def set_wire(page: Page, identity: str, port_name: str, source: str | None) -> None:
    """Wire a port without the pointer, and wait until the server knows."""
    edit(page, {"do": "wire", "at": "", "id": identity, "port": port_name, "sources": source}, "wire")
    wait_until_saved(page)


def wait_until_same(one: Page, other: Page) -> None:
    """Until two pages, all of whose edits are confirmed, know of each other's; then they must show the same."""
    newest = max(int(str(state_of(page, "revision"))) for page in (one, other))
    for page in (one, other):
        page.wait_for_function("revision => window.noiseloom.revision.value >= revision", arg=newest)
    assert document_of(one) == document_of(other)
