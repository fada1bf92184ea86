"""Nodes on the canvas: deleted, aligned, laid out, snapped, framed, noted, collapsed, switched off."""

from __future__ import annotations

from itertools import combinations, pairwise

from playwright.sync_api import Page, expect

from tests.browser.acting import (
    centre,
    document_of,
    drag_by,
    edit,
    empty_spot,
    expect_wires,
    node,
    node_of,
    nodes,
    press_and_move,
    run_and_wait,
    run_states,
    select,
    state_of,
    wait_until_saved,
    wires_into,
)
from tests.browser.graphs import Graph, digits, graph, guided, placed
from tests.browser.reading import card, frames_of, names_of, on_screen, place_of, spot_of
from tests.browser.visiting import Show

FOCUS_BEFORE_THE_NEXT_TASK = """async key => {
    const pressed = new KeyboardEvent("keydown", { key, code: "KeyN", bubbles: true, cancelable: true });
    document.querySelector(".nl-canvas").dispatchEvent(pressed);
    for (let turn = 0; turn < 50; turn++) await Promise.resolve();
    return document.activeElement?.getAttribute("aria-label");
}"""
THREE = ("noise", "heun", "karras")


def three() -> Graph:
    """Three nodes without wires, apart from each other."""
    found = graph(noise="noise.gaussian", heun="solver.heun", karras="levels.karras")
    return placed(found, noise=(0, 0), heun=(301, 43), karras=(707, 170))


def chain() -> Graph:
    """A node whose wire goes through another."""
    return graph(
        karras="levels.karras",
        flip={"type": "levels.flip", "inputs": {"levels": "karras"}},
        sample={"type": "solver.sample", "inputs": {"levels": "flip"}},
    )


def test_delete_takes_a_node_with_its_wires(show: Show) -> None:
    page = show(chain())
    select(page, "flip")
    page.keyboard.press("Delete")
    expect_wires(page, 0)
    assert names_of(page) == {"karras", "sample"}
    assert wires_into(page, "sample") == {}


def test_delete_with_control_keeps_the_wire_through_the_node(show: Show) -> None:
    page = show(chain())
    select(page, "flip")
    page.keyboard.press("Control+Delete")
    expect(node(page, "flip")).to_have_count(0)
    wait_until_saved(page)
    assert wires_into(page, "sample") == {"levels": "karras"}


def test_a_selected_wire_is_cut_by_delete(show: Show) -> None:
    page = show(chain())
    page.locator("[data-wire]").first.click(force=True)
    page.keyboard.press("Delete")
    expect_wires(page, 1)
    assert names_of(page) == {"karras", "flip", "sample"}


def test_nodes_are_aligned_at_an_edge(show: Show) -> None:
    page = show(three())
    select(page, *THREE)
    page.keyboard.press("Shift+W")
    wait_until_saved(page)
    assert [spot_of(page, name) for name in THREE] == [(0, 0), (301, 0), (707, 0)]
    assert len({card(page, name).y for name in THREE}) == 1


def test_nodes_are_given_equal_gaps(show: Show) -> None:
    page = show(three())
    select(page, *THREE)
    page.keyboard.press("Shift+H")
    wait_until_saved(page)
    boxes = [card(page, name) for name in THREE]
    gaps = [right.x - left.x - left.width for left, right in pairwise(boxes)]
    assert abs(gaps[0] - gaps[1]) <= 1.5
    assert spot_of(page, "noise")[0] == 0
    assert spot_of(page, "karras")[0] == 707


def test_auto_layout_takes_a_heap_apart_along_its_wires(show: Show) -> None:
    heap = digits()
    assert isinstance(heap["nodes"], dict)
    page = show(placed(heap, **dict.fromkeys(heap["nodes"], (0, 0))))
    page.keyboard.press("Shift+L")
    wait_until_saved(page)
    expect(nodes(page)).to_have_count(10)
    boxes = {name: card(page, name) for name in names_of(page)}
    assert not [pair for pair in combinations(boxes, 2) if boxes[pair[0]].touches(boxes[pair[1]])]
    for target, box in boxes.items():
        for source in wires_into(page, target).values():
            start = boxes[str(source)]
            ahead, below = start.x + start.width <= box.x, start.y + start.height <= box.y
            assert ahead or (below and start.touches(box._replace(y=start.y))), (
                f"from {source} to {target} it goes back"
            )


def test_a_dragged_node_snaps_to_the_grid_unless_that_is_switched_off(show: Show) -> None:
    page = show(placed(graph(heun="solver.heun"), heun=(0, 0)))
    page.keyboard.press("1")
    drag_by(page, node(page, "heun").locator("header"), 45, 29)
    wait_until_saved(page)
    assert spot_of(page, "heun") == (48, 32)
    page.keyboard.press("Shift+G")
    drag_by(page, node(page, "heun").locator("header"), 5, 6)
    wait_until_saved(page)
    assert spot_of(page, "heun") == (53, 38)


def test_a_dragged_node_lines_up_with_another_nearby(show: Show) -> None:
    page = show(placed(graph(heun="solver.heun", euler="solver.euler"), heun=(3, 3), euler=(400, 200)))
    page.keyboard.press("1")
    header = node(page, "euler").locator("header")
    press_and_move(page, centre(header), (centre(header)[0], centre(header)[1] - 194))
    expect(page.locator(".nl-guide")).not_to_have_count(0)
    page.mouse.up()
    wait_until_saved(page)
    assert spot_of(page, "euler")[1] == 3


def test_a_frame_goes_around_the_selected_nodes_and_takes_them_along(show: Show) -> None:
    page = show(three())
    select(page, "noise", "heun")
    page.keyboard.press("Control+g")
    title = page.locator('[data-frame="groups:group"]').first
    expect(title).to_be_visible()
    frame = on_screen(page.locator(".nl-group"))
    assert frame.holds(card(page, "noise"))
    assert frame.holds(card(page, "heun"))
    before = {name: spot_of(page, name) for name in THREE}
    drag_by(page, title, 60, 45)
    wait_until_saved(page)
    after = {name: spot_of(page, name) for name in THREE}
    moved = {name: (after[name][0] - before[name][0], after[name][1] - before[name][1]) for name in THREE}
    assert moved.pop("karras") == (0, 0)
    assert len({*moved.values()}) == 1
    assert (0, 0) not in moved.values()


def test_a_frame_is_renamed_where_it_stands(show: Show) -> None:
    page = show(three())
    select(page, "noise")
    page.keyboard.press("Control+g")
    page.locator('[data-frame="groups:group"]').first.dblclick()
    expect(page.get_by_role("textbox", name="Title of the group")).to_be_focused()
    page.keyboard.type("Start")
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Group Start")).to_be_visible()
    assert frames_of(page, "groups")[0]["title"] == "Start"


def test_a_note_is_written_on_the_canvas(show: Show) -> None:
    page = show(three())
    page.mouse.move(*empty_spot(page))
    page.keyboard.press("n")
    expect(page.get_by_role("textbox", name="Text of the note")).to_be_focused()
    page.keyboard.type("Read **this** first.")
    page.keyboard.press("Control+Enter")
    note = page.get_by_role("complementary", name="Note")
    expect(note.locator("strong")).to_have_text("this")
    assert frames_of(page, "notes")[0]["text"] == "Read **this** first."
    assert state_of(page, "job") is None, "the key that ends a note must not begin a run"


def test_what_is_typed_outlives_a_change_of_what_it_is_typed_into(show: Show) -> None:
    page = show(three())
    page.mouse.move(*empty_spot(page))
    page.keyboard.press("n")
    field = page.get_by_role("textbox", name="Text of the note")
    expect(field).to_be_focused()
    page.keyboard.type("Re")
    wider = {**frames_of(page, "notes")[0], "width": 333}
    edit(page, {"do": "decorate", "at": "", "what": "notes", "id": wider["id"], "value": wider}, "widen")
    expect(page.get_by_role("complementary", name="Note")).to_have_css("width", "333px")
    page.keyboard.type("ad")
    expect(field).to_have_value("Read")
    page.keyboard.press("Control+Enter")
    name = page.get_by_role("banner").get_by_label("Name of the document")
    name.fill("Half a na")
    edit(page, {"do": "title", "name": "Another"}, "title")
    expect(name).to_have_value("Half a na")


def test_a_new_note_takes_what_is_typed_next_whatever_comes_first(show: Show) -> None:
    page = show(three())
    page.mouse.move(*empty_spot(page))
    assert page.evaluate(FOCUS_BEFORE_THE_NEXT_TASK, "n") == "Text of the note"


def test_a_collapsed_node_is_its_head_alone_and_keeps_its_wires(show: Show) -> None:
    page = show(guided())
    tall = card(page, "cfg").height
    select(page, "cfg")
    page.keyboard.press("c")
    expect(node(page, "cfg").locator(".nl-field-row")).to_have_count(0)
    assert card(page, "cfg").height < tall / 2
    assert place_of(page, "cfg")["collapsed"] is True
    expect_wires(page, 3)
    node(page, "cfg").hover()
    page.get_by_role("button", name="Expand cfg").click()
    expect(node(page, "cfg").locator(".nl-field-row")).not_to_have_count(0)
    assert card(page, "cfg").height == tall


def switch(page: Page, identity: str, key: str) -> None:
    """Select a node and press a key for its mode."""
    select(page, identity)
    page.keyboard.press(key)


def test_a_bypassed_node_hands_on_what_it_gets_and_a_muted_one_is_left_out(show: Show) -> None:
    page = show(digits(noise__seed=31))
    switch(page, "cfg", "Control+b")
    switch(page, "sheet", "Control+m")
    expect(node(page, "cfg")).to_contain_text("bypassed")
    expect(node(page, "sheet")).to_contain_text("muted")
    run_and_wait(page)
    assert {"sample", "pictures"} <= run_states(page)["done"]
    assert not {"cfg", "sheet"} & run_states(page)["done"]
    switch(page, "cfg", "Control+b")
    wait_until_saved(page)
    assert "mode" not in node_of(page, "cfg")


def test_every_arrangement_is_one_step_to_undo(show: Show) -> None:
    page = show(three())
    before = document_of(page)
    select(page, *THREE)
    page.keyboard.press("Shift+A")
    wait_until_saved(page)
    assert document_of(page) != before
    page.keyboard.press("Control+z")
    page.wait_for_function("() => window.noiseloom.level.value.view.nodes.heun.x === 301")
    assert document_of(page) == before


def test_the_map_gives_way_to_an_open_drawer(show: Show) -> None:
    page = show(three())
    small_map = page.get_by_role("img", name="Minimap")
    page.evaluate("() => window.noiseloom.canvas.zoomTo(2)")
    expect(small_map).to_be_visible()
    page.get_by_role("button", name="Log", exact=True).click()
    expect(small_map).to_have_count(0)


def test_more_parameters_stand_above_all_cards_and_escape_closes_them(show: Show) -> None:
    page = show(placed(graph(ring="model.mixture", noise="noise.gaussian"), ring=(0, 0), noise=(0, 220)))
    before = card(page, "ring")
    opener = node(page, "ring").get_by_role("button", name="more")
    opener.click()
    more = page.get_by_role("dialog", name="More of ring")
    expect(more).to_be_visible()
    last = more.locator("[data-parameter]").last
    on_top = last.evaluate(
        """element => { const { x, y, width, height } = element.getBoundingClientRect();
        return element.contains(document.elementFromPoint(x + width / 2, y + height / 2)); }"""
    )
    assert on_top, "a card lies over it"
    assert card(page, "ring") == before, "the card itself stays as it is"
    page.keyboard.press("Escape")
    expect(more).to_have_count(0)
    expect(opener).to_be_focused()
