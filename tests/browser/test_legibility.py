"""Every example can be read as it opens in a laptop's window: nothing too small, cut off or covered."""

from __future__ import annotations

from itertools import combinations

import pytest
from playwright.sync_api import Page, expect

from graphs.document.reading import loads
from graphs.home import examples_folder
from tests.browser.acting import nodes
from tests.browser.reading import card, names_of
from tests.browser.visiting import Show

EXAMPLES = sorted(path.stem for path in examples_folder().glob("*.json"))
FAULTY = "stable-diffusion"
"""Opens with a fault where the checkpoint is not there; a card shows how it begins, the list of faults all of it."""
SMALLEST = 11
ROUNDING = 0.02
SMALL = """least => [...document.querySelectorAll("[data-node] *, .nl-note *, .nl-group *")].flatMap(element => {
    const own = [...element.childNodes].some(child => child.nodeType === 3 && child.textContent.trim());
    const text = own ? element.textContent.trim() : element.value ?? "";
    const box = element.getBoundingClientRect();
    const hidden = !element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) || box.width < 2;
    if (!text || hidden || element.closest(".nl-unseen, title, .nl-problem")) return [];
    const { a: zoom } = new DOMMatrix(getComputedStyle(element.closest(".nl-layer")).transform);
    const size = parseFloat(getComputedStyle(element).fontSize) * zoom;
    return size < least ? [`${size.toFixed(2)} px: ${text.slice(0, 40)}`] : [];
})"""
CLIPPED = """() => [...document.querySelectorAll("[data-node] *")].flatMap(element => {
    const own = [...element.childNodes].some(child => child.nodeType === 3 && child.textContent.trim());
    const shown = element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    if (!own || !shown || element.closest(".nl-unseen, title, .nl-problem, textarea")) return [];
    if (element.getBoundingClientRect().width < 1) return [];
    const range = document.createRange();
    range.selectNodeContents(element);
    const text = range.getBoundingClientRect();
    const frames = [];
    for (let around = element; around && !around.matches(".nl-canvas"); around = around.parentElement)
        if (around.matches("[data-node]") || getComputedStyle(around).overflow !== "visible")
            frames.push(around.getBoundingClientRect());
    const inside = frame => text.left >= frame.left - 1 && text.right <= frame.right + 1
        && text.top >= frame.top - 2 && text.bottom <= frame.bottom + 2;
    const name = element.closest("[data-node]").getAttribute("data-node");
    return frames.every(inside) ? [] : [`${name}: ${element.textContent.trim().slice(0, 60)}`];
})"""


def opened(show: Show, example: str) -> Page:
    """The example, drawn in full, with what the plan says on its cards."""
    page = show(example=example)
    page.wait_for_function("() => window.noiseloom.plan.value")
    expect(nodes(page)).to_have_count(len(names_of(page)))
    page.wait_for_function("() => !document.querySelector('.nl-canvas.nl-is-far')")
    return page


@pytest.mark.parametrize("example", EXAMPLES)
def test_no_card_of_an_example_lies_over_another(show: Show, example: str) -> None:
    page = opened(show, example)
    assert page.viewport_size == {"width": 1280, "height": 800}
    boxes = {name: card(page, name) for name in names_of(page)}
    assert not [pair for pair in combinations(boxes, 2) if boxes[pair[0]].touches(boxes[pair[1]])]


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_text_of_an_example_is_large_enough(show: Show, example: str) -> None:
    small: list[str] = opened(show, example).evaluate(SMALL, SMALLEST - ROUNDING)
    assert small == []


@pytest.mark.parametrize("example", [name for name in EXAMPLES if name != FAULTY])
def test_no_text_of_an_example_is_cut_off(show: Show, example: str) -> None:
    clipped: list[str] = opened(show, example).evaluate(CLIPPED)
    assert clipped == []


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_node_and_note_of_an_example_has_its_place_in_the_file(example: str) -> None:
    document = loads((examples_folder() / f"{example}.json").read_bytes())
    view = document.view
    assert view is not None
    assert all({"x", "y"} <= {*view.nodes.get(name, {})} for name in document.nodes)
    assert all({"x", "y", "width"} <= {*note} for note in view.notes)
