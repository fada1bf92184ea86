"""Graphs come and go: pictures that carry theirs, JSON and Python that run without the editor."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pydantic import JsonValue

from tests.browser.acting import document_of, node, nodes, run_and_wait, state_of, wait_until_saved
from tests.browser.graphs import graph, guided, noise_picture
from tests.browser.serving import OURS
from tests.browser.visiting import READY, Profile, Show

DROP = """([name, type, text]) => {
    const bytes = Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
    const carried = new DataTransfer();
    carried.items.add(new File([bytes], name, { type }));
    const place = document.querySelector(".nl-canvas, .nl-start");
    for (const kind of ["dragenter", "dragover", "drop"])
        place.dispatchEvent(new DragEvent(kind, { dataTransfer: carried, bubbles: true, cancelable: true }));
}"""
LONGEST = 120


def drop(page: Page, name: str, type_: str, content: bytes) -> None:
    """Drop a file of the desktop on the page."""
    page.evaluate(DROP, [name, type_, base64.b64encode(content).decode()])


def drop_and_open(page: Page, name: str, type_: str, content: bytes) -> None:
    """Drop a file, and wait for the document that comes of it."""
    before = page.url
    drop(page, name, type_, content)
    page.wait_for_url(lambda url: "/d/" in url and url != before)
    page.wait_for_selector(READY, state="attached")


def result_of(page: Page, guest: Profile) -> bytes:
    """The newest result, as the file that a person saves."""
    items = state_of(page, "results")
    assert isinstance(items, list)
    assert isinstance(items[0], dict)
    view = items[0]["view"]
    assert isinstance(view, dict)
    assert isinstance(view["items"], list)
    assert isinstance(view["items"][0], dict)
    answer = guest.context.request.get(str(view["items"][0]["url"]))
    assert answer.ok
    return answer.body()


def wiring(page: Page) -> dict[str, JsonValue]:
    """All nodes with what they hold."""
    found = document_of(page)["nodes"]
    assert isinstance(found, dict)
    return found


def in_full(page: Page) -> dict[str, JsonValue]:
    """The same with every parameter: a result tells those that had their default, too."""
    found: dict[str, JsonValue] = page.evaluate(
        """() => Object.fromEntries(Object.entries(window.noiseloom.document.value.nodes).map(([id, node]) => [id, {
            ...node, params: { ...Object.fromEntries(window.noiseloom.catalogue.nodes[node.type].parameters.map(
                parameter => [parameter.name, parameter.default])), ...node.params } }]))"""
    )
    return found


def exported(page: Page, kind: str, folder: Path) -> Path:
    """Export by the dialog; the file that is saved."""
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("dialog", name="Export").get_by_role("button", name=kind).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def on_its_own(command: list[str], home: Path) -> str:
    """Run a command as a colleague does, with a home of its own and no editor; what it says."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    environment = {**mine, "NOISELOOM_HOME": str(home), "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        command, cwd=home, env=environment, capture_output=True, text=True, timeout=LONGEST, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_result_dropped_on_the_canvas_opens_the_graph_that_made_it(show: Show, guest: Profile) -> None:
    page = show(noise_picture())
    made_by = in_full(page)
    run_and_wait(page)
    page.wait_for_function("() => window.noiseloom.results.value.length > 0")
    picture = result_of(page, guest)
    page = show(graph(heun="solver.heun"))
    drop_and_open(page, "noise.png", "image/png", picture)
    expect(nodes(page)).to_have_count(4)
    assert in_full(page) == made_by


@pytest.mark.parametrize("address", ["/", None], ids=["start page", "canvas"])
def test_json_dropped_anywhere_becomes_a_document(show: Show, address: str | None) -> None:
    page = show(graph(heun="solver.heun"))
    if address:
        page.goto(address)
        page.wait_for_selector(READY)
    drop_and_open(page, "guided.json", "application/json", json.dumps(guided()).encode())
    expect(node(page, "cfg")).to_be_visible()
    assert wiring(page) == guided()["nodes"]


def test_a_file_that_holds_no_graph_is_refused_and_nothing_is_opened(show: Show, guest: Profile) -> None:
    guest.problems.forgive("status of 4")
    page = show(graph(heun="solver.heun"))
    before = page.url
    drop(page, "letter.json", "application/json", b'{"dear": "reader"}')
    expect(page.locator(".nl-notice")).to_be_visible()
    assert page.url == before


def test_exported_json_runs_without_the_editor(show: Show, tmp_path: Path) -> None:
    page = show(noise_picture())
    path = exported(page, "JSON", tmp_path)
    assert json.loads(path.read_text())["nodes"] == wiring(page)
    told = on_its_own([sys.executable, "-m", "app.command", "run", str(path), "--json"], tmp_path)
    assert "picture" in told


def test_exported_python_runs_without_the_editor(show: Show, tmp_path: Path) -> None:
    page = show(noise_picture())
    path = exported(page, "Python", tmp_path)
    assert path.suffix == ".py"
    on_its_own([sys.executable, str(path)], tmp_path)


def test_an_exported_pack_dropped_again_is_the_same_graph(show: Show, tmp_path: Path) -> None:
    page = show(noise_picture())
    before = wiring(page)
    pack = exported(page, "Pack", tmp_path).read_bytes()
    drop_and_open(page, "noise.zip", "application/zip", pack)
    wait_until_saved(page)
    assert {*wiring(page)} == {*before}
