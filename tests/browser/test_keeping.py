"""A document as a whole: its picture carries it, the bar names it, copies it and puts it into the trash."""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

from graphs.png import graph_of

DROP = """bytes => {
    const files = new DataTransfer()
    files.items.add(new File([new Uint8Array(bytes)], "canvas.png", { type: "image/png" }))
    const drop = new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true })
    document.querySelector(".nl-stage").dispatchEvent(drop)
}"""
NODES = "Object.keys(noiseloom.document.value.nodes).sort()"


def choose(page: Page, entry: str) -> None:
    """Take an entry of the document's menu."""
    page.get_by_role("button", name="Document", exact=True).click()
    page.get_by_role("menuitem", name=entry).click()


def test_a_picture_of_the_canvas_gives_its_graph_back_where_it_is_dropped(page: Page, tmp_path: Path) -> None:
    address, nodes = page.url, page.evaluate(NODES)
    with page.expect_download() as download:
        choose(page, "Picture of the canvas")
    place = tmp_path / "canvas.png"
    download.value.save_as(place)
    assert sorted(graph_of(place).nodes) == nodes
    with Image.open(place) as picture:
        assert min(picture.size) > 1000
        assert len(picture.convert("RGB").getcolors(2**24) or ()) > 50
    page.evaluate(DROP, list(place.read_bytes()))
    page.wait_for_url(lambda url: url != address)
    page.wait_for_selector("[data-ready]", state="attached")
    assert page.evaluate(NODES) == nodes


def test_a_document_is_renamed_copied_and_had_again_out_of_the_trash(page: Page) -> None:
    choose(page, "Rename the document")
    page.keyboard.type("Other digits")
    page.keyboard.press("Enter")
    expect(page.locator(".nl-saved")).to_have_text("saved")
    address = page.url
    choose(page, "Duplicate the document")
    page.wait_for_url(lambda url: url != address)
    copy = page.url
    expect(page.get_by_label("Name of the document")).to_have_value("Other digits")
    expect(page.locator(".nl-saved")).to_have_text("saved")
    choose(page, "Put the document into the trash")
    expect(page.locator(".nl-saved")).to_have_text("in the trash")
    page.get_by_role("button", name="Bring it back").click()
    expect(page.locator(".nl-saved")).to_have_text("saved")
    assert page.url == copy
    expect(page.get_by_label("Name of the document")).to_have_value("Other digits")
