"""Wires: drawn, refused with the reason and what would fit, moved, cut, and nodes found by name."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acting import (
    centre,
    drag,
    empty_spot,
    expect_wires,
    node,
    port,
    press_and_move,
    wait_until_saved,
    wire,
    wires_into,
)
from tests.browser.graphs import digits, graph, unwired_digits, with_node
from tests.browser.visiting import Profile


@pytest.fixture
def parts(profile: Profile) -> Page:
    """A noise, a model, levels, a solver and a sampler, with one wire: the noise takes its shape from the model."""
    return profile.open(profile.document(unwired_digits()))


def test_a_wire_drawn_from_port_to_port_is_in_the_document(parts: Page) -> None:
    expect_wires(parts, 1)
    wire(parts, ("noise", "out"), ("sample", "noise"))
    expect_wires(parts, 2)
    wait_until_saved(parts)
    assert wires_into(parts, "sample") == {"noise": "noise"}


def test_while_a_wire_is_drawn_only_the_ports_that_it_fits_light_up(parts: Page) -> None:
    press_and_move(parts, centre(port(parts, "heun", "out", "output")), empty_spot(parts))
    expect(parts.locator(".nl-port.nl-lit")).to_have_count(1)
    expect(port(parts, "sample", "solver").and_(parts.locator(".nl-lit"))).to_be_visible()
    parts.keyboard.press("Escape")
    parts.mouse.up()
    expect(parts.locator(".nl-port.nl-lit")).to_have_count(0)


def test_a_wire_that_does_not_fit_is_refused_with_the_reason(parts: Page) -> None:
    wire(parts, ("karras", "out"), ("sample", "noise"))
    refusal = parts.get_by_role("dialog", name="This wire does not fit")
    expect(refusal).to_contain_text("'karras' gives Levels")
    expect(refusal).to_contain_text("'noise' takes")
    refusal.get_by_role("button", name="Close").click()
    assert wires_into(parts, "sample") == {}


def test_wires_that_would_go_round_in_a_circle_are_refused(profile: Profile) -> None:
    chain = graph(first="noise.gaussian", second={"type": "noise.gaussian", "inputs": {"like": "first"}})
    page = profile.open(profile.document(chain))
    wire(page, ("second", "out"), ("first", "like"))
    expect(page.get_by_role("dialog", name="This wire does not fit")).to_contain_text("round in a circle")
    expect_wires(page, 1)


def test_the_node_that_makes_a_wire_fit_is_offered_and_put_between(profile: Profile) -> None:
    page = profile.open(profile.document(graph(noise="noise.gaussian", sheet="output.sheet")))
    wire(page, ("noise", "out"), ("sheet", "image"))
    page.get_by_role("button", name="Put decoder.pixels between").click()
    expect_wires(page, 2)
    assert wires_into(page, "pixels") == {"sample": "noise"}
    assert wires_into(page, "sheet") == {"image": "pixels"}


def test_a_wire_let_go_in_space_finds_what_fits_and_enter_adds_it_wired(parts: Page) -> None:
    press_and_move(parts, centre(port(parts, "sample", "out", "output")), empty_spot(parts))
    parts.mouse.up()
    search = parts.get_by_role("dialog", name="Add a node")
    expect(search).to_contain_text("What takes Sample from 'sample'")
    names = search.get_by_role("option").all_inner_texts()
    assert any("pixels" in name for name in names)
    assert not any("checkpoint" in name for name in names)
    parts.keyboard.type("pixels")
    parts.keyboard.press("Enter")
    expect(node(parts, "pixels")).to_be_visible()
    assert wires_into(parts, "pixels") == {"sample": "sample"}


def test_a_double_click_and_a_name_add_a_node_where_it_was_clicked(parts: Page) -> None:
    spot = empty_spot(parts)
    parts.mouse.dblclick(*spot)
    parts.keyboard.type("heun")
    parts.keyboard.press("Enter")
    added = node(parts, "heun_2")
    expect(added).to_be_visible()
    box = added.bounding_box()
    assert box is not None
    assert (box["x"], box["y"]) == pytest.approx(spot, abs=16)


def test_a_wire_to_a_port_that_has_one_takes_its_place(profile: Profile) -> None:
    page = profile.open(profile.document(digits()))
    before = page.locator("[data-wire]").count()
    wire(page, ("network", "out"), ("sample", "model"))
    wait_until_saved(page)
    assert wires_into(page, "sample")["model"] == "network"
    expect_wires(page, before)


def test_a_wire_drawn_off_its_port_into_space_is_cut(profile: Profile) -> None:
    page = profile.open(profile.document(digits()))
    before = page.locator("[data-wire]").count()
    press_and_move(page, centre(port(page, "sample", "solver")), empty_spot(page))
    page.mouse.up()
    expect_wires(page, before - 1)
    assert "solver" not in wires_into(page, "sample")


def test_the_end_of_a_wire_moves_to_another_node(profile: Profile) -> None:
    page = profile.open(profile.document(with_node(digits(), "other", "solver.sample")))
    drag(page, port(page, "sample", "solver"), port(page, "other", "solver"))
    wait_until_saved(page)
    assert "solver" not in wires_into(page, "sample")
    assert wires_into(page, "other") == {"solver": "heun"}
