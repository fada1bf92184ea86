"""Where the nodes of the examples stand, found anew: `python -m tests.places [NAME …]`.

The editor's own layout is asked, with more time than a page has, and what it finds is written into the examples. What
else a node's place says, as that it is collapsed, stays.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Mapping
from itertools import product
from pathlib import Path

from playwright.sync_api import ViewportSize
from pydantic import JsonValue

from graphs.document.model import Document, View
from graphs.document.reading import loads
from graphs.document.writing import dumps
from graphs.home import examples_folder
from tests.browser.acting import document_of, wait_until_saved
from tests.browser.chromium import launched
from tests.browser.serving import Served
from tests.browser.visiting import Profile, visiting

BY_HAND = {"flow-vs-diffusion", "which-solver"}
"""Examples that a person has laid out; they are done only where they are named."""
EFFORTS = (1, 12)
ASPECTS = (1.75, 1.4, 1.6, 1.9, 2.1, 2.4)
"""Shapes that are tried for the nodes alone: the note needs room besides."""
BETTER = 1.03
LARGE: ViewportSize = {"width": 3840, "height": 2160}
LAY_OUT = """([effort, aspect]) => {
    const { arrange, level, canvas, edit } = window.noiseloom;
    const found = arrange(level.value, canvas.sizeOf, { aspect, effort, portAt: canvas.portAt });
    const kept = level.value.view?.nodes ?? {};
    const places = Object.fromEntries(Object.entries(found).map(([id, place]) => [id, { ...kept[id], ...place }]));
    edit({ do: "move", at: "", places }, "lay out");
}"""
FIT = """async () => {
    const frame = () => new Promise(requestAnimationFrame);
    await frame();
    window.noiseloom.canvas.fit();
    await frame();
    await frame();
    return new DOMMatrix(document.querySelector(".nl-layer").style.transform).a;
}"""
NOTES = """() => Object.fromEntries([...document.querySelectorAll(".nl-note")].map(note => {
    const { e, f } = new DOMMatrix(note.style.transform);
    return [note.dataset.frame.slice("notes:".length), { x: e, y: f, width: parseFloat(note.style.width) }];
}))"""


def main() -> None:
    """Lay out each example, and write it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*")
    wanted = parser.parse_args().names
    names = [path.stem for path in examples_folder().glob("*.json")]
    files = [path for path in sorted(examples_folder().glob("*.json")) if path.stem in (wanted or set(names) - BY_HAND)]
    with tempfile.TemporaryDirectory() as folder, launched() as browser:
        server = Served(Path(folder))
        try:
            with visiting(browser, server.url, link=server.start()) as profile:
                for path in files:
                    path.write_text(laid_out(profile, path.read_bytes()), encoding="utf-8")
                    print(path.stem, flush=True)
        finally:
            server.close()


def laid_out(profile: Profile, example: bytes) -> str:
    """The example with new places for its nodes and notes."""
    graph = without_places(loads(example))
    page = profile.open(profile.document(json.loads(dumps(graph))))
    page.emulate_media(reduced_motion="reduce")
    best, largest = (EFFORTS[0], ASPECTS[0]), 0.0
    for way in product(EFFORTS, ASPECTS):
        page.evaluate(LAY_OUT, way)
        zoom: float = page.evaluate(FIT)
        if zoom > largest * BETTER:
            best, largest = way, zoom
    page.evaluate(LAY_OUT, best)
    page.evaluate(FIT)
    page.set_viewport_size(LARGE)  # of a graph seen from afar the notes are not there
    page.evaluate(FIT)
    notes: dict[str, dict[str, float]] = page.evaluate(NOTES)
    wait_until_saved(page)
    view = loads(json.dumps(document_of(page))).view or View()
    page.close()
    placed = [{**note, **notes[str(note["id"])]} for note in view.notes]
    return dumps(graph.model_copy(update={"view": view.model_copy(update={"notes": tuple(placed)})}))


def without_places(document: Document) -> Document:
    """The document, with what its view says of nodes and notes beside where they stand."""
    view = document.view or View()
    nodes = {name: rest for name, place in view.nodes.items() if (rest := without(place, "x", "y"))}
    # A note finds its width again with its place.
    notes = tuple(without(note, "x", "y", "width") for note in view.notes)
    return document.model_copy(update={"view": view.model_copy(update={"nodes": nodes, "notes": notes})})


def without(place: Mapping[str, JsonValue], *names: str) -> dict[str, JsonValue]:
    """A place without what a layout decides."""
    return {name: value for name, value in place.items() if name not in names}


if __name__ == "__main__":
    main()
