"""Processes that are killed: it is said where a person looks, and the next run or edit works."""

from __future__ import annotations

from collections.abc import Callable

import psutil
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.acting import edit, job_of, node, run_and_wait, run_states, set_parameter, state_of, wait_for_job
from tests.browser.graphs import digits
from tests.browser.serving import Served
from tests.browser.visiting import Profile, visiting

PATIENCE = 120.0
OURS = "spawn_main"


def spawned(process: psutil.Process) -> list[psutil.Process]:
    """The children that a process has work for it."""
    return [child for child in process.children() if any(OURS in word for word in child.cmdline())]


def engine(server: Served) -> psutil.Process:
    """The engine's process."""
    (found,) = spawned(psutil.Process(server.pid))
    return found


def begin_long_run(page: Page) -> object:
    """Press Run, and wait until the sampler is at work; the job before."""
    before = state_of(page, "job")
    page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_function("() => window.noiseloom.live.of('sample').step >= 1", timeout=120_000)
    return before


@pytest.mark.parametrize(("victim", "how"), [("worker", "killed by signal 9"), ("engine", "the engine process ended")])
def test_a_killed_process_is_told_at_the_node_that_ran_and_the_next_run_works(
    profile: Profile, server: Served, victim: str, how: str
) -> None:
    seed = 41 + len(victim)
    page = profile.open(profile.document(digits(karras__num_inference_steps=1000, noise__seed=seed)))
    begin_long_run(page)
    head = engine(server)
    workers = spawned(head)
    assert workers
    for process in workers if victim == "worker" else [head]:
        process.kill()
    wait_for_job(page, None)
    assert job_of(page)["state"] == "failed"
    assert run_states(page)["failed"] == {"sample"}
    expect(node(page, "sample").locator(".nl-problem")).to_contain_text(how)
    _, alive = psutil.wait_procs(workers, PATIENCE)
    assert alive == [], "nothing is left of it"
    set_parameter(page, "karras", "num_inference_steps", 2)
    run_and_wait(page)
    assert (engine(server).pid == head.pid) == (victim == "worker")
    expect(node(page, "sample").locator(".nl-problem")).to_have_count(0)
    expect(node(page, "sheet").locator("img").first).to_be_visible()


def test_a_page_outlives_its_server_and_what_was_edited_meanwhile_arrives(
    serve: Callable[..., Served], browser: Browser
) -> None:
    served = serve()
    with visiting(browser, served.url, link=served.link) as guest:
        guest.problems.forgive("ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|WebSocket|Failed to load resource")
        address = guest.document(digits(noise__seed=43))
        page = guest.open(address)
        set_parameter(page, "noise", "seed", 44)
        served.kill()
        expect(page.get_by_text("offline – edits are kept here")).to_be_visible()
        expect(page.get_by_text("The editor does not answer.")).to_be_visible()
        edit(page, {"do": "rename", "at": "", "id": "noise", "to": "fog"})
        served.start()
        expect(page.get_by_text("Connected again")).to_be_visible()
        page.wait_for_function("() => window.noiseloom?.connection.value === 'open' && window.noiseloom.saved.value")
        witness = guest.open(address)
        expect(node(witness, "fog")).to_be_visible()
        assert state_of(witness, "document") == state_of(page, "document")
        witness.keyboard.press("Control+z")
        expect(node(page, "noise")).to_be_visible()
        assert guest.problems.told == []
