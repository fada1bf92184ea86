"""The search palette: where it opens, what it offers, and how what is chosen comes to be wired."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.browser.acting import Side, centre, empty_spot, node, port, press_and_move, wait_until_saved, wires_into
from tests.browser.graphs import graph
from tests.browser.reading import names_of
from tests.browser.visiting import Show

GIVERS = """type => Object.values(window.noiseloom.catalogue.nodes)
    .filter(node => node.outputs.some(port => port.types.includes(type))).map(node => node.id)"""


def release_in_space(page: Page, identity: str, name: str, side: Side) -> Locator:
    """Draw a wire from a port and let it go where nothing is; the palette that opens."""
    press_and_move(page, centre(port(page, identity, name, side)), empty_spot(page))
    page.mouse.up()
    return page.get_by_role("dialog", name="Add a node")


def offered(palette: Locator) -> set[str]:
    """The types that are offered, as `kind.name`."""
    return {*palette.locator(".nl-found-name").all_inner_texts()}


def test_a_double_click_offers_every_type_and_a_word_finds_one(show: Show) -> None:
    page = show(graph(heun="solver.heun"))
    page.mouse.dblclick(*empty_spot(page))
    palette = page.get_by_role("dialog", name="Add a node")
    count = page.evaluate("() => Object.keys(window.noiseloom.catalogue.nodes).length")
    expect(palette.get_by_role("option")).to_have_count(count)
    page.keyboard.type("karras")
    expect(palette.get_by_role("option", selected=True)).to_contain_text("karras")
    page.keyboard.press("Escape")
    expect(palette).to_have_count(0)
    assert names_of(page) == {"heun"}


def test_a_wire_from_an_input_offers_exactly_what_gives_its_type(show: Show) -> None:
    page = show(graph(sample="solver.sample"))
    palette = release_in_space(page, "sample", "levels", "input")
    givers: list[str] = page.evaluate(GIVERS, "Levels")
    assert offered(palette) == {name.partition(".")[2] for name in givers}
    assert len(givers) < page.evaluate("() => Object.keys(window.noiseloom.catalogue.nodes).length") / 2


def test_of_several_outputs_the_one_that_fits_is_wired(show: Show) -> None:
    page = show(graph(filmstrip="decoder.filmstrip"))
    release_in_space(page, "filmstrip", "trajectory", "input")
    page.keyboard.type("solver.trajectory")
    page.keyboard.press("Enter")
    wait_until_saved(page)
    assert wires_into(page, "filmstrip") == {"trajectory": "trajectory.trajectory"}


def test_of_several_inputs_the_one_that_fits_is_wired(show: Show) -> None:
    page = show(graph(heun="solver.heun"))
    release_in_space(page, "heun", "out", "output")
    page.keyboard.type("solver.sample")
    page.keyboard.press("Enter")
    wait_until_saved(page)
    assert wires_into(page, "sample") == {"solver": "heun"}


def test_a_type_that_fits_by_way_of_a_converter_comes_with_it(show: Show) -> None:
    page = show(graph(noise="noise.gaussian"))
    release_in_space(page, "noise", "out", "output")
    page.keyboard.type("output.sheet")
    page.keyboard.press("Enter")
    expect(node(page, "sheet")).to_be_visible()
    wait_until_saved(page)
    assert wires_into(page, "sheet") == {"image": "pixels"}
    assert wires_into(page, "pixels") == {"sample": "noise"}


def test_shift_and_enter_add_one_after_another(show: Show) -> None:
    page = show(graph(heun="solver.heun"))
    page.mouse.dblclick(*empty_spot(page))
    for name in ("euler", "karras"):
        page.keyboard.type(name)
        page.keyboard.press("Shift+Enter")
    page.keyboard.press("Escape")
    expect(page.locator("[data-node]")).to_have_count(3)
    assert names_of(page) == {"heun", "euler", "karras"}
