"""Graphs within graphs: made of a selection, entered, edited, left, and unpacked without a trace."""

from __future__ import annotations

from playwright.sync_api import Page, expect
from pydantic import JsonValue

from tests.browser.acting import (
    document_of,
    edit,
    node,
    nodes,
    run_and_wait,
    run_states,
    select,
    state_of,
    wait_for_plan,
    wait_until_saved,
    wires_into,
)
from tests.browser.graphs import Graph, guided, noise_picture
from tests.browser.reading import names_of
from tests.browser.visiting import Show


def enclose(page: Page, *identities: str) -> None:
    """Make a subgraph of these nodes."""
    select(page, *identities)
    page.keyboard.press("Control+Shift+E")
    expect(node(page, "subgraph")).to_be_visible()
    wait_until_saved(page)


def unpack(page: Page) -> None:
    """Take everything out of the subgraph again."""
    select(page, "subgraph")
    page.keyboard.press("Control+Shift+U")
    expect(node(page, "subgraph")).to_have_count(0)
    wait_until_saved(page)


def wiring(page: Page) -> dict[str, JsonValue]:
    """The nodes of the document, all that they hold included."""
    found = document_of(page)["nodes"]
    assert isinstance(found, dict)
    return found


def test_a_subgraph_is_made_of_the_selected_nodes_with_its_wires(show: Show) -> None:
    page = show(noise_picture())
    enclose(page, "noise", "pixels")
    assert names_of(page) == {"network", "picture", "subgraph"}
    (source,) = wires_into(page, "picture").values()
    assert str(source).partition(".")[0] == "subgraph"
    assert [*wires_into(page, "subgraph").values()] == ["network"]


def test_unpacking_leaves_the_document_as_it_was(show: Show) -> None:
    page = show(noise_picture())
    before = wiring(page)
    enclose(page, "noise", "pixels")
    assert wiring(page) != before
    unpack(page)
    assert wiring(page) == before


def test_nothing_is_computed_again_for_being_in_a_subgraph(show: Show) -> None:
    page = show(noise_picture())
    run_and_wait(page)
    enclose(page, "noise", "pixels")
    wait_for_plan(page, "picture", "cached")
    unpack(page)
    wait_for_plan(page, "picture", "cached")
    expect(page.locator(".nl-outlook")).to_have_text("everything is there")


def test_a_subgraph_is_entered_edited_and_left_by_the_pointer(show: Show) -> None:
    page = show(guided())
    enclose(page, "prompt", "cfg")
    node(page, "subgraph").locator(".nl-node-type-name").dblclick()
    expect(node(page, "cfg")).to_be_visible()
    assert names_of(page) == {"prompt", "cfg"}
    levels = page.get_by_role("navigation", name="Levels of the graph")
    expect(levels).to_contain_text("subgraph")
    edit(page, {"do": "set", "at": "subgraph", "id": "cfg", "name": "guidance_scale", "value": 4})
    levels.get_by_role("button", name="guided").click()
    expect(node(page, "network")).to_be_visible()
    wait_until_saved(page)
    unpack(page)
    found = wiring(page)["cfg"]
    assert isinstance(found, dict)
    assert found["params"] == {"guidance_scale": 4}


def test_a_subgraph_is_entered_and_left_by_keys_and_is_selected_then(show: Show) -> None:
    page = show(guided())
    enclose(page, "prompt", "cfg")
    page.keyboard.press("Control+ArrowDown")
    expect(node(page, "cfg")).to_be_visible()
    page.keyboard.press("Control+ArrowUp")
    expect(node(page, "network")).to_be_visible()
    expect(page.locator("[data-node].nl-chosen")).to_have_attribute("data-node", "subgraph")


def test_subgraphs_lie_within_subgraphs_and_escape_goes_up_one_level_at_a_time(show: Show) -> None:
    page = show(guided())
    enclose(page, "network", "prompt", "cfg")
    page.keyboard.press("Control+ArrowDown")
    expect(node(page, "cfg")).to_be_visible()
    enclose(page, "prompt", "cfg")
    page.keyboard.press("Control+ArrowDown")
    expect(nodes(page)).to_have_count(2)
    assert state_of(page, "path") == "subgraph/subgraph"
    for above in ("subgraph", ""):
        page.keyboard.press("Escape")
        page.wait_for_function("path => window.noiseloom.path.value === path", arg=above)
        page.wait_for_function("() => window.noiseloom.selected.nodes.value.size === 1")
        page.keyboard.press("Escape")
        page.wait_for_function("() => window.noiseloom.selected.nodes.value.size === 0")


def test_what_runs_in_a_subgraph_is_told_on_its_nodes(show: Show) -> None:
    document: Graph = noise_picture()
    assert isinstance(document["nodes"], dict)
    noise = document["nodes"]["noise"]
    assert isinstance(noise, dict)
    noise["params"] = {"count": 1, "seed": 32}
    page = show(document)
    enclose(page, "noise", "pixels")
    run_and_wait(page)
    assert "picture" in run_states(page)["done"]
    page.keyboard.press("Control+ArrowDown")
    expect(node(page, "noise")).to_have_attribute("data-tone", "done")
