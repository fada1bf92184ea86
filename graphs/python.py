"""Graphs from Python: `from graphs import load, run`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from graphs.catalogue.catalogue import Catalogue, read_catalogue
from graphs.checking.check import require_sound
from graphs.errors import NoiseloomError
from graphs.opening import Opened, open_graph
from graphs.running.events import Failed, Finished
from graphs.running.plan import make_plan
from graphs.running.run import run as run_plan


class RunError(NoiseloomError):
    """A node failed; the text says which, and why."""


@dataclass(frozen=True)
class Loaded:
    """A graph and the nodes that it may use; `opened.document` is the graph itself."""

    opened: Opened
    catalogue: Catalogue


def load(graph: str | Path, nodes: Iterable[str | Path] = (), *, plugins: bool = True) -> Loaded:
    """Open a graph: a JSON file, a PNG that carries one, a pack, or an example's name.

    `nodes` are folders of your own nodes. `InputError` where it cannot be read.
    """
    folders = [nodes] if isinstance(nodes, str) else nodes
    catalogue = read_catalogue(map(Path, folders), plugins=plugins)
    return Loaded(open_graph(str(graph), catalogue), catalogue)


def run(graph: Loaded | str | Path) -> dict[str, Mapping[str, object]]:
    """Run a graph; the outputs of its targets by node and port.

    `GraphError` with every fault where it has any, `RunError` at the first node that fails.
    """
    loaded = graph if isinstance(graph, Loaded) else load(graph)
    opened, catalogue = loaded.opened, loaded.catalogue
    require_sound(opened, catalogue)
    plan = make_plan(opened.document, catalogue)
    results: dict[str, Mapping[str, object]] = {}
    for event in run_plan(plan, catalogue, opened.files):
        if isinstance(event, Failed):
            raise RunError(f"{event.node}: {event.message}")
        if isinstance(event, Finished) and event.node in plan.targets:
            results[event.node] = event.outputs
    return results
