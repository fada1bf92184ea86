"""Without the mouse: a small graph built, wired, set and run; every key in an overview; help with its formula."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acting import centre, job_of, node, run_states, wait_for_job, wait_until_saved, wires_into
from tests.browser.graphs import graph, guided
from tests.browser.reading import names_of, parameters_of, spot_of
from tests.browser.visiting import Show

MOST_STEPS, MOST_TABS = 8, 40


def add(page: Page, name: str) -> None:
    """Add a node by its name; the canvas has the focus before and after."""
    page.keyboard.press("Space")
    palette = page.get_by_role("dialog", name="Add a node")
    expect(palette.get_by_role("combobox")).to_be_focused()
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    expect(palette).to_have_count(0)
    expect(page.locator("[data-node].nl-chosen")).to_have_count(1)


def step(page: Page, key: str) -> str:
    """Press an arrow; the node that has the focus then."""
    page.keyboard.press(key)
    reached = page.wait_for_function(
        """() => { const focused = document.activeElement?.closest("[data-node]")?.getAttribute("data-node");
        return window.noiseloom.selected.nodes.value.has(focused) && focused; }"""
    )
    return str(reached.json_value())


def walk_to(page: Page, identity: str) -> None:
    """Go from node to node by arrows, each time along the longer way that is left, until this one has the focus."""
    here = step(page, "ArrowRight")
    for _ in range(MOST_STEPS):
        if here == identity:
            return
        (x, y), (right, down) = centre(node(page, here)), centre(node(page, identity))
        across, along = ("ArrowRight" if right > x else "ArrowLeft"), ("ArrowDown" if down > y else "ArrowUp")
        ways = (across, along) if abs(right - x) > abs(down - y) else (along, across)
        before = here
        for key in ways:
            here = step(page, key) if here == before else here
    pytest.fail(f"the arrows do not lead to '{identity}'")


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until what is meant has the focus."""
    for _ in range(MOST_TABS):
        if page.evaluate("selector => document.activeElement?.matches(selector) ?? false", selector):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab does not lead to {selector}")


def wire_by_keys(page: Page, source: str, target: str) -> None:
    """From the output of a node to where the typed name leads."""
    walk_to(page, source)
    tab_to(page, f'[data-node="{source}"] [data-port="output:out"]')
    page.keyboard.press("Enter")
    page.keyboard.type(target)
    page.keyboard.press("Enter")
    wait_until_saved(page)


def test_a_graph_is_built_wired_set_and_run_without_the_mouse(show: Show) -> None:
    page = show(graph())
    page.locator(".nl-canvas").focus()
    for name in ("model.checkpoint", "noise.gaussian", "decoder.pixels", "output.picture"):
        add(page, name)
    page.keyboard.press("Control+a")
    page.keyboard.press("Shift+L")
    page.keyboard.press("Escape")
    wire_by_keys(page, "checkpoint", "gaussian.like")
    wire_by_keys(page, "gaussian", "pixels.sample")
    wire_by_keys(page, "pixels", "picture.image")
    assert wires_into(page, "gaussian") == {"like": "checkpoint"}
    assert wires_into(page, "pixels") == {"sample": "gaussian"}
    assert wires_into(page, "picture") == {"image": "pixels"}
    walk_to(page, "gaussian")
    tab_to(page, '[data-node="gaussian"] [role="spinbutton"][aria-label="count"]')
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    assert parameters_of(page, "gaussian") == {"count": 2}
    page.keyboard.press("Control+Enter")
    wait_for_job(page, None)
    assert job_of(page)["state"] == "done"
    assert "picture" in run_states(page)["done"]


def test_alt_and_arrows_move_a_node(show: Show) -> None:
    page = show(guided())
    page.locator(".nl-canvas").focus()
    walk_to(page, "prompt")
    page.keyboard.press("Alt+ArrowRight")
    page.keyboard.press("Alt+Shift+ArrowDown")
    wait_until_saved(page)
    assert spot_of(page, "prompt") == (328, 160)


def test_a_name_is_changed_and_wires_follow(show: Show) -> None:
    page = show(guided())
    page.locator(".nl-canvas").focus()
    walk_to(page, "prompt")
    page.keyboard.press("F2")
    expect(page.get_by_role("textbox", name="Name of prompt")).to_be_focused()
    page.keyboard.type("words")
    page.keyboard.press("Enter")
    expect(node(page, "words")).to_be_visible()
    wait_until_saved(page)
    assert wires_into(page, "cfg")["positive"] == "words"
    assert names_of(page) == {"network", "words", "cfg"}


def test_a_question_mark_shows_every_key_and_what_is_chosen_there_is_done(show: Show) -> None:
    page = show(guided())
    page.keyboard.press("?")
    overview = page.get_by_role("dialog", name="Keys")
    labels: list[str] = page.evaluate(
        "() => window.noiseloom.commands.all.filter(command => command.keys.length).map(command => command.label)"
    )
    assert len(labels) > 40
    assert {*overview.locator("section button > span:first-child").all_inner_texts()} == {*labels}
    page.keyboard.type("select all")
    overview.get_by_role("button", name="Select all").first.press("Enter")
    expect(overview).to_have_count(0)
    expect(page.locator("[data-node].nl-chosen")).to_have_count(3)


def test_no_two_commands_have_the_same_key(show: Show) -> None:
    page = show(guided())
    keys: list[str] = page.evaluate("() => window.noiseloom.commands.all.flatMap(command => command.keys)")
    assert len(keys) == len({*keys})


def test_the_help_of_a_node_tells_its_formula_and_gives_the_focus_back(show: Show) -> None:
    page = show(guided())
    page.locator(".nl-canvas").focus()
    walk_to(page, "cfg")
    page.keyboard.press("F1")
    guide = page.get_by_role("dialog", name="Help on guidance.cfg")
    expect(guide.locator(".nl-formula").first).to_be_visible()
    expect(guide.locator(".nl-formula sub").first).to_be_visible()
    expect(guide.locator(".nl-formula i").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(guide).to_have_count(0)
    expect(node(page, "cfg")).to_be_focused()


def test_the_help_adds_its_node(show: Show) -> None:
    page = show(guided())
    page.locator(".nl-canvas").focus()
    walk_to(page, "cfg")
    page.keyboard.press("F1")
    page.get_by_role("button", name="Add to graph").press("Enter")
    expect(node(page, "cfg_2")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
