"""The parts of the editor, put together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.editor.documents.library import Library
from app.editor.documents.session import Session
from app.editor.engine.messages import Told
from app.editor.options import Built, Options
from app.editor.runs.runs import Runs
from app.editor.serving import application
from app.editor.studio import Studio
from app.editor.tokens import Tokens
from graphs.catalogue.catalogue import read_catalogue

FIRST = "emoji"
"""The example that is opened where nothing else is asked for."""

GRAPH_SUFFIX = ".json"


def build(options: Options, tokens: Tokens) -> Built:
    """The editor's application, and which page shows a graph."""
    nodes, plugins = options.nodes, options.plugins

    def runs(hear: Callable[[Told], None]) -> Runs:
        return Runs(nodes=nodes, plugins=plugins, readable=options.readable, device=options.device, hear=hear)

    catalogue = read_catalogue(nodes, plugins=plugins)
    studio = Studio(catalogue, Library(nodes=nodes, catalogue=catalogue), runs)
    return Built(application(studio, tokens), lambda graph: f"/d/{opened(graph or FIRST, studio).id}")


def opened(graph: str, studio: Studio) -> Session:
    """The document of what a person named: a JSON file in its place, a PNG or a pack as a new one, or a name."""
    path = Path(graph)
    if not path.is_absolute():
        return studio.library.open(graph)
    if path.suffix.lower() == GRAPH_SUFFIX:
        return studio.library.open(path)
    return studio.library.import_bytes(path.name, path.read_bytes(), studio.catalogue)
