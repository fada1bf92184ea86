"""Parameters on a card: a drag is one step and few edits, a default is only given back where that is asked for."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect
from pydantic import JsonValue

SCALE = "noiseloom.document.value.nodes.cfg.params?.guidance_scale ?? null"
COUNT_EDITS = """() => {
    window.edits = []
    const send = WebSocket.prototype.send
    WebSocket.prototype.send = function (text) {
        const message = JSON.parse(text)
        if (message.kind === "edit") window.edits.push(message.operation.value)
        return send.call(this, text)
    }
}"""


def scale_of(page: Page) -> JsonValue:
    """The guidance scale that the document sets; None where the default is in force."""
    found: JsonValue = page.evaluate(SCALE)
    return found


def dial(page: Page) -> Locator:
    """The guidance scale on its card."""
    return page.get_by_role("spinbutton", name="guidance scale").first


def undo(page: Page, label: str) -> None:
    """Undo once the server offers to undo this."""
    button = page.locator(f'button[aria-label="Undo"][title*="{label}"]')
    expect(button).to_be_enabled()
    button.click()


def test_a_drag_is_one_step_of_the_history_and_far_fewer_edits_than_moves(page: Page) -> None:
    before = scale_of(page)
    page.evaluate(COUNT_EDITS)
    box = dial(page).bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y, steps=120)
    page.mouse.up()
    dragged = scale_of(page)
    values = page.evaluate("window.edits")
    assert dragged != before
    assert values[-1] == dragged
    assert len(values) < 60
    undo(page, "guidance_scale")
    expect(dial(page)).to_have_attribute("aria-valuenow", str(before))


def test_a_double_click_on_a_name_changes_nothing_and_the_reset_button_does(page: Page) -> None:
    before = scale_of(page)
    name = dial(page).locator(".nl-field__label")
    name.dblclick(position={"x": 4, "y": 6})
    page.keyboard.press("Escape")
    assert scale_of(page) == before
    dial(page).hover()
    page.get_by_role("button", name="Reset guidance scale to 5").click()
    assert scale_of(page) is None
    undo(page, "guidance_scale")
    expect(dial(page)).to_have_attribute("aria-valuenow", str(before))
