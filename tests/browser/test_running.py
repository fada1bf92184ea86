"""Running: previews while it runs, what is kept, stop, errors where they belong."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser.acting import (
    RUN_PATIENCE,
    edit,
    job_of,
    node,
    port,
    run_and_wait,
    run_states,
    select,
    set_parameter,
    set_wire,
    wait_for_job,
    wait_until_saved,
)
from tests.browser.graphs import digits, graph, with_node
from tests.browser.serving import Served
from tests.browser.visiting import Profile, visiting

KEEP_PREVIEWS = """() => {
    window.previews = new Set();
    new MutationObserver(() => document.querySelectorAll('[data-node="sample"] img').forEach(
        image => window.noiseloom.job.value?.state === "running" && window.previews.add(image.src)))
        .observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ["src"] });
}"""

DECODED = "image => image.decode().then(() => image.naturalWidth)"

BROKEN = '''
from graphs import Fraction, node
from nodes.contracts.media import Image


@node
def stumble(image: Image, *, amount: Fraction = 0.5) -> Image:
    """It always fails."""
    raise ValueError("the floor is missing")
'''


def test_noise_is_seen_to_become_digits_step_by_step_until_it_is_stopped(profile: Profile) -> None:
    page = profile.open(profile.document(digits(karras__num_inference_steps=1000, noise__seed=11)))
    page.evaluate(KEEP_PREVIEWS)
    page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_function("() => window.previews.size >= 3", timeout=RUN_PATIENCE)
    expect(node(page, "sample").locator("header")).to_contain_text(re.compile(r"\d+/1000 · .+ left"))
    expect(page.locator(".nl-outlook")).to_contain_text(re.compile(r"\d+ of \d+ nodes, .+ left"))
    assert node(page, "sample").locator("img").first.evaluate(DECODED) > 1
    page.get_by_role("button", name="Stop").click()
    wait_for_job(page, None)
    assert job_of(page)["state"] == "cancelled"
    set_parameter(page, "karras", "num_inference_steps", 2)
    run_and_wait(page)
    assert {"noise", "prompt"} <= run_states(page)["cached"]
    expect(node(page, "pictures").locator("img").first).to_be_visible()


def test_afterwards_each_node_tells_its_time_and_nfe_and_the_pictures_are_there(profile: Profile) -> None:
    page = profile.open(profile.document(digits(noise__seed=12)))
    run_and_wait(page)
    expect(node(page, "sample").locator("header")).to_contain_text("NFE")
    expect(node(page, "sheet").locator("img").first).to_be_visible()
    assert node(page, "sheet").locator("img").first.evaluate(DECODED) > 1
    run_and_wait(page)
    expect(node(page, "sample").get_by_role("img", name=re.compile("its result is kept"))).to_be_visible()
    assert "sample" in run_states(page)["cached"]
    assert job_of(page)["nfe"] == 0


def test_a_changed_value_runs_only_what_depends_on_it(profile: Profile) -> None:
    page = profile.open(profile.document(digits(noise__seed=13)))
    run_and_wait(page)
    assert {"sample", "noise", "sheet"} <= run_states(page)["done"]
    set_parameter(page, "sheet", "columns", 1)
    run_and_wait(page)
    assert run_states(page)["done"] == {"sheet"}
    node(page, "cfg").get_by_role("spinbutton", name="guidance scale").press("ArrowUp")
    wait_until_saved(page)
    run_and_wait(page)
    assert job_of(page)["nfe"] == 12
    assert {"sample", "pixels", "sheet", "pictures"} <= run_states(page)["done"]
    assert {"noise", "prompt", "karras"} <= run_states(page)["cached"]


def test_before_a_run_the_plan_says_what_will_run_why_and_what_it_costs(profile: Profile) -> None:
    page = profile.open(profile.document(digits(noise__seed=14)))
    outlook = page.locator(".nl-outlook")
    run_and_wait(page)
    expect(outlook).to_have_text("everything is there")
    set_parameter(page, "noise", "seed", 114)
    expect(outlook).to_have_text("5 of 10 nodes, up to 12 NFE")
    expect(node(page, "noise").get_by_role("img", name=re.compile("Will run: .+"))).to_be_visible()
    expect(node(page, "sample").get_by_role("img", name=re.compile("May run: .+"))).to_be_visible()
    expect(node(page, "sample").locator("header")).to_contain_text("0–12 NFE")
    run_and_wait(page)
    assert job_of(page)["nfe"] == 12
    expect(outlook).to_have_text("everything is there")
    set_parameter(page, "sheet", "columns", 1)
    expect(outlook).to_have_text("1 of 10 nodes, 0 NFE")


def test_run_to_a_node_runs_only_what_it_needs(profile: Profile) -> None:
    page = profile.open(profile.document(digits(noise__seed=16)))
    select(page, "noise")
    page.keyboard.press("Control+Shift+Enter")
    wait_for_job(page, None)
    assert job_of(page)["state"] == "done"
    states = run_states(page)
    assert "noise" in states["done"]
    assert not {"sample", "pixels", "sheet"} & (states["done"] | states["cached"])


def test_run_on_change_runs_after_every_edit_without_a_press(profile: Profile) -> None:
    page = profile.open(profile.document(digits(noise__seed=17)))
    page.get_by_role("button", name="Run on every change").click()
    wait_for_job(page, None)
    before = job_of(page)["job"]
    set_parameter(page, "noise", "seed", 18)
    wait_for_job(page, before)
    assert job_of(page)["state"] == "done"
    assert "noise" in run_states(page)["done"]


def test_a_missing_file_is_told_at_its_node_and_field_with_the_way_to_mend_it(profile: Profile) -> None:
    page = profile.open(profile.document(digits(network__weights="lost.safetensors")))
    problem = node(page, "network").locator(".nl-problem")
    run_and_wait(page, "refused")
    expect(problem).to_contain_text("lost.safetensors", timeout=30_000)
    set_parameter(page, "network", "weights", "asset:weights/digits.safetensors")
    run_and_wait(page)
    expect(problem).to_have_count(0)


def test_a_missing_wire_is_told_at_its_port_before_any_run(profile: Profile) -> None:
    page = profile.open(profile.document(graph(sheet="output.sheet")))
    expect(node(page, "sheet").locator(".nl-problem")).to_contain_text("needs", timeout=30_000)
    expect(port(page, "sheet", "image").and_(page.locator(".nl-wrong"))).to_be_visible()


def test_a_plug_in_that_fails_is_told_at_its_node_and_the_next_run_works(
    serve: Callable[..., Served], tmp_path: Path, browser: Browser
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "picture.py").write_text(BROKEN)
    served = serve("--nodes", str(folder))
    broken = with_node(digits(), "stumble", "mine.picture.stumble")
    with visiting(browser, served.url, link=served.link) as guest:
        page = guest.open(guest.document(broken))
        set_wire(page, "stumble", "image", "pixels")
        set_wire(page, "sheet", "image", "stumble")
        run_and_wait(page, "failed")
        expect(node(page, "stumble").locator(".nl-problem")).to_contain_text("the floor is missing")
        assert run_states(page)["failed"] == {"stumble"}
        assert "sheet" not in run_states(page)["done"]
        assert "pictures" in run_states(page)["done"]
        set_wire(page, "sheet", "image", "pixels")
        edit(page, {"do": "remove", "at": "", "id": "stumble"})
        wait_until_saved(page)
        run_and_wait(page)
        assert not guest.problems.told
