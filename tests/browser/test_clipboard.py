"""Copy, cut, paste and duplicate, with and without the wires from outside, and as text."""

from __future__ import annotations

import json

from playwright.sync_api import Page, expect
from pydantic import JsonValue

from graphs.document.reading import loads
from tests.browser.acting import empty_spot, node, node_of, nodes, select, wait_until_saved, wires_into
from tests.browser.graphs import graph, guided, noise_picture
from tests.browser.reading import names_of, parameters_of, spot_of
from tests.browser.visiting import Show

ALL = {"network", "prompt", "cfg"}
COPIES = {"prompt_2", "cfg_2"}


def put_on_clipboard(page: Page, text: str) -> None:
    """As another program does."""
    page.evaluate("text => navigator.clipboard.writeText(text)", text)


def clipboard(page: Page) -> dict[str, JsonValue]:
    """What another program would paste."""
    found: dict[str, JsonValue] = json.loads(page.evaluate("() => navigator.clipboard.readText()"))
    return found


def copy_two(page: Page) -> None:
    """Copy the guidance and its prompt, but not the network that both are wired to."""
    select(page, "prompt", "cfg")
    page.keyboard.press("Control+c")


def test_pasted_nodes_are_wired_among_themselves_only(show: Show) -> None:
    page = show(guided())
    copy_two(page)
    page.keyboard.press("Control+v")
    expect(nodes(page)).to_have_count(5)
    assert names_of(page) == ALL | COPIES
    assert wires_into(page, "cfg_2") == {"positive": "prompt_2"}
    assert wires_into(page, "prompt_2") == {}
    assert parameters_of(page, "prompt_2") == {"text": "three"}


def test_with_shift_they_keep_their_wires_from_outside(show: Show) -> None:
    page = show(guided())
    copy_two(page)
    page.keyboard.press("Control+Shift+v")
    expect(nodes(page)).to_have_count(5)
    assert wires_into(page, "cfg_2") == {"model": "network", "positive": "prompt_2"}
    assert wires_into(page, "prompt_2") == {"model": "network"}


def test_what_is_pasted_is_selected_and_one_undo_takes_it_away(show: Show) -> None:
    page = show(guided())
    copy_two(page)
    page.keyboard.press("Control+v")
    expect(page.locator("[data-node].nl-chosen")).to_have_count(2)
    wait_until_saved(page)
    page.keyboard.press("Control+z")
    expect(nodes(page)).to_have_count(3)
    assert names_of(page) == ALL


def test_cut_nodes_come_back_by_a_paste(show: Show) -> None:
    page = show(guided())
    before = node_of(page, "cfg")
    select(page, "cfg")
    page.keyboard.press("Control+x")
    expect(node(page, "cfg")).to_have_count(0)
    page.keyboard.press("Control+Shift+v")
    expect(node(page, "cfg")).to_be_visible()
    assert node_of(page, "cfg") == before


def test_what_is_copied_is_json_that_another_program_can_read(show: Show) -> None:
    page = show(guided())
    copy_two(page)
    copied = clipboard(page)
    found = copied["nodes"]
    assert isinstance(found, dict)
    assert {*found} == {"prompt", "cfg"}
    assert (
        loads(json.dumps({"noiseloom": 1, "nodes": {"prompt": found["prompt"]}})).nodes["prompt"].type == "cond.prompt"
    )


def test_the_json_text_of_a_whole_graph_is_pasted_into_another(show: Show) -> None:
    page = show(graph(heun="solver.heun"))
    put_on_clipboard(page, json.dumps(noise_picture()))
    page.mouse.move(*empty_spot(page))
    page.keyboard.press("Control+v")
    expect(nodes(page)).to_have_count(5)
    assert wires_into(page, "pixels") == {"sample": "noise"}
    assert parameters_of(page, "noise") == {"count": 1, "seed": 7}


def test_other_json_is_not_taken_for_a_graph_and_that_is_said(show: Show) -> None:
    page = show(graph(heun="solver.heun"))
    put_on_clipboard(page, '{"a": 1}')
    page.keyboard.press("Control+v")
    expect(page.locator(".nl-notice")).to_contain_text("not a graph")
    assert names_of(page) == {"heun"}


def test_duplicate_stands_aside_without_wires_and_with_shift_with_them(show: Show) -> None:
    page = show(guided())
    select(page, "cfg")
    page.keyboard.press("Control+d")
    expect(node(page, "cfg_2")).to_be_visible()
    assert wires_into(page, "cfg_2") == {}
    assert parameters_of(page, "cfg_2") == {"guidance_scale": 2.5}
    assert spot_of(page, "cfg_2") == (640 + 32, 32)
    select(page, "cfg")
    page.keyboard.press("Control+Shift+d")
    expect(node(page, "cfg_3")).to_be_visible()
    assert wires_into(page, "cfg_3") == {"model": "network", "positive": "prompt"}


def test_in_a_text_field_the_clipboard_belongs_to_the_text(show: Show) -> None:
    page = show(guided())
    copy_two(page)
    put_on_clipboard(page, "seven")
    node(page, "prompt").get_by_role("textbox").click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+v")
    page.keyboard.press("Control+Enter")
    assert parameters_of(page, "prompt") == {"text": "seven"}
    assert names_of(page) == ALL
