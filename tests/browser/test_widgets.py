"""Every kind of widget changes the document as it should, on the card itself."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, Page, expect
from pydantic import JsonValue

from tests.browser.acting import (
    centre,
    drag_by,
    expect_wires,
    field,
    node,
    port,
    press_and_move,
    run_and_wait,
    wait_until_saved,
    wire,
    wires_into,
)
from tests.browser.graphs import Graph, graph, guided, noise_picture, placed
from tests.browser.reading import parameters_of, place_of
from tests.browser.visiting import Show
from tests.nodes.library.making import weights


def one(type_: str, **params: JsonValue) -> Graph:
    """A graph of one node, called `it`."""
    return placed(graph(it={"type": type_, "params": {**params}}), it=(0, 0))


def widget(page: Page, label: str) -> Locator:
    """The number that is called so, on the one card."""
    return node(page, "it").get_by_role("spinbutton", name=label, exact=True)


def value(page: Page, parameter: str) -> JsonValue:
    """What is set on the one card."""
    return parameters_of(page, "it").get(parameter)


def test_a_number_is_dragged_and_one_undo_takes_the_whole_drag_back(show: Show) -> None:
    page = show(one("levels.karras", num_inference_steps=20))
    dial = widget(page, "num inference steps")
    press_and_move(page, centre(dial), (centre(dial)[0] + 30, centre(dial)[1]))
    page.mouse.up()
    found = value(page, "num_inference_steps")
    assert isinstance(found, int)
    assert found > 20
    page.keyboard.press("Control+z")
    expect(dial).to_have_attribute("aria-valuenow", "20")
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()


def test_a_number_with_bounds_is_a_slider_that_stops_at_them(show: Show) -> None:
    page = show(one("reward.brightness", target=0.5))
    dial = widget(page, "target")
    expect(dial).to_have_attribute("aria-valuemin", "0")
    expect(dial).to_have_attribute("aria-valuemax", "1")
    drag_by(page, dial, 900, 0)
    assert value(page, "target") == 1
    drag_by(page, dial, -900, 0)
    assert value(page, "target") == 0


def test_a_number_is_typed_with_arithmetic_and_what_is_not_allowed_is_refused(show: Show) -> None:
    page = show(one("levels.karras"))
    widget(page, "num inference steps").click()
    page.keyboard.type("4*5")
    page.keyboard.press("Enter")
    assert value(page, "num_inference_steps") == 20
    widget(page, "num inference steps").click()
    page.keyboard.type("0")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("Give an integer from 1 to 10000.")
    page.keyboard.press("Escape")
    assert value(page, "num_inference_steps") == 20


def test_a_choice_is_made_from_a_list_and_from_segments(show: Show) -> None:
    page = show(one("levels.uniform_time"))
    node(page, "it").get_by_role("combobox", name="process: flow").click()
    page.get_by_role("option", name="vp cosine").click()
    assert value(page, "process") == "vp_cosine"
    page = show(one("decoder.filmstrip"))
    node(page, "it").get_by_role("radio", name="x", exact=True).click()
    assert value(page, "show") == "x"


def test_text_is_one_line_and_a_prompt_is_several(show: Show) -> None:
    page = show(one("decoder.scatter"))
    title = node(page, "it").get_by_role("textbox", name="title")
    title.fill("A cloud")
    title.press("Enter")
    assert value(page, "title") == "A cloud"
    page = show(one("cond.prompt"))
    prompt = node(page, "it").get_by_role("textbox", name="text")
    prompt.click()
    page.keyboard.type("three")
    page.keyboard.press("Enter")
    page.keyboard.type("five")
    prompt.blur()
    assert value(page, "text") == "three\nfive"
    expect(node(page, "it")).to_contain_text("2 prompts")


def test_the_dice_throws_a_new_seed_and_the_lock_says_what_becomes_of_it(show: Show) -> None:
    page = show(one("noise.gaussian", seed=7))
    node(page, "it").get_by_role("button", name="New random seed").click()
    thrown = value(page, "seed")
    assert isinstance(thrown, int)
    assert thrown != 7
    node(page, "it").get_by_role("button", name="Keep after a run; press to change").click()
    expect(node(page, "it").get_by_role("button", name="Add one after each run; press to change")).to_be_visible()
    wait_until_saved(page)
    assert place_of(page, "it")["after_run"] == {"seed": "increment"}


def test_a_seed_that_is_not_locked_moves_on_with_each_run(show: Show) -> None:
    page = show(noise_picture())
    noise = node(page, "noise")
    noise.get_by_role("button", name="Keep after a run; press to change").click()
    run_and_wait(page)
    assert parameters_of(page, "noise")["seed"] == 8


def test_a_switch_is_turned_on_and_off(show: Show) -> None:
    page = show(one("solver.dpmpp_2m_sde"))
    switch = node(page, "it").get_by_role("switch", name="path")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "true")
    assert value(page, "path") is True
    switch.click()
    assert value(page, "path") in (None, False)


def test_several_numbers_are_typed_as_a_list(show: Show) -> None:
    page = show(one("levels.explicit"))
    numbers = node(page, "it").get_by_role("textbox")
    numbers.click()
    page.keyboard.press("Control+a")
    page.keyboard.type("10, 1, 0")
    page.keyboard.press("Enter")
    assert value(page, "sigmas") == [10, 1, 0]


def test_a_file_is_chosen_from_the_workspace_and_the_assets_and_from_nowhere_else(
    show: Show, server_home: Path
) -> None:
    workspace = server_home / "workspace"
    outside = server_home / "outside.safetensors"
    for path in (workspace / "mine.safetensors", workspace / "notes.txt", outside):
        path.write_bytes(b"")
    link = workspace / "sly.safetensors"
    link.unlink(missing_ok=True)
    link.symlink_to(outside)
    page = show(one("model.checkpoint"))
    node(page, "it").get_by_role("button", name="weights: digits.safetensors").click()
    picker = page.get_by_role("dialog", name="A file for weights")
    expect(picker.get_by_role("button", name="mine.safetensors")).to_be_visible()
    offered = " ".join(picker.locator(".nl-picker__name").all_inner_texts())
    assert "digits.safetensors" in offered
    assert not any(name in offered for name in ("notes.txt", "outside", "sly"))
    picker.get_by_role("button", name="mine.safetensors").click()
    assert value(page, "weights") == {"file": "mine.safetensors"}


def test_a_model_of_the_library_is_offered_with_its_kind(show: Show, server_home: Path) -> None:
    weights(server_home / "models" / "nets" / "mine.safetensors", {"x": (8,)}, metadata={"noiseloom": "{}"})
    page = show(one("model.checkpoint"))
    node(page, "it").get_by_role("button", name="weights: digits.safetensors").click()
    picker = page.get_by_role("dialog", name="A file for weights")
    offered = picker.get_by_role("button", name="nets/mine.safetensors")
    expect(offered).to_contain_text("Noiseloom network")
    offered.click()
    assert value(page, "weights") == {"file": "nets/mine.safetensors"}


def test_a_number_becomes_a_curve_over_the_noise_level(show: Show) -> None:
    page = show(one("guidance.cfg", guidance_scale=3))
    node(page, "it").get_by_role("button", name="guidance scale as a curve over the noise level").click()
    curves = page.get_by_role("dialog", name="guidance scale over the noise level")
    curves.get_by_role("button", name="Add a point").click()
    expect(curves.get_by_role("slider")).to_have_count(2)
    before = curve(page)
    drag_by(page, curves.get_by_role("slider").last, 0, -40)
    after = curve(page)
    assert after[0] == before[0]
    assert after[1][1] > before[1][1] == 3
    curves.get_by_role("button", name="Single number").click()
    assert isinstance(value(page, "guidance_scale"), int | float)


def curve(page: Page) -> list[list[float]]:
    """The points of the guidance scale, as level and value."""
    found = value(page, "guidance_scale")
    assert isinstance(found, dict)
    (points,) = (entry for entry in found.values() if isinstance(entry, list))
    return [[float(str(number)) for number in point] for point in points if isinstance(point, list)]


def test_a_parameter_becomes_a_port_and_a_wire_sets_it(show: Show) -> None:
    graph_ = guided()
    assert isinstance(graph_["nodes"], dict)
    graph_["nodes"]["light"] = {"type": "number.brightness"}
    page = show(placed(graph_, network=(0, 0), prompt=(320, 120), cfg=(640, 0), light=(320, -200)))
    expect(port(page, "cfg", "guidance_scale")).to_have_count(0)
    field(page, "cfg", "guidance_scale").click(button="right")
    page.get_by_role("menuitem", name="Show as a port").click()
    expect(port(page, "cfg", "guidance_scale")).to_be_visible()
    wait_until_saved(page)
    assert place_of(page, "cfg")["promoted"] == ["guidance_scale"]
    wire(page, ("light", "out"), ("cfg", "guidance_scale"))
    expect_wires(page, 4)
    wait_until_saved(page)
    assert wires_into(page, "cfg")["guidance_scale"] == "light"
    expect(field(page, "cfg", "guidance_scale")).to_contain_text("light")


def test_an_unwired_parameter_is_a_field_again_with_its_value(show: Show) -> None:
    page = show(guided())
    field(page, "cfg", "guidance_scale").click(button="right")
    page.get_by_role("menuitem", name="Show as a port").click()
    field(page, "cfg", "guidance_scale").click(button="right")
    page.get_by_role("menuitem", name="Show as a field").click()
    expect(port(page, "cfg", "guidance_scale")).to_have_count(0)
    assert parameters_of(page, "cfg") == {"guidance_scale": 2.5}
    assert "promoted" not in place_of(page, "cfg")
