"""Graphs from Python: `from graphs import load, run`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from graphs.catalogue.catalogue import Catalogue, read_catalogue
from graphs.errors import NoiseloomError
from graphs.opening import Opened, open_graph
from graphs.running.devices import find_device
from graphs.running.events import Cached, Failed, Finished
from graphs.running.executors import Here
from graphs.running.plan import plan_opened
from graphs.running.run import run as run_plan
from graphs.store.store import Store, store_folder

Results: TypeAlias = Mapping[str, object]
"""The outputs of a node by port."""


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


def run(graph: Loaded | str | Path, *, device: str = "auto", store: Store | None = None) -> dict[str, Results]:
    """Run a graph; the outputs of its targets by node and port.

    Results of earlier runs are used, and new ones kept, in the person's own store, or in `store`.
    `GraphError` with every fault where it has any, `RunError` at the first node that fails.
    """
    loaded = graph if isinstance(graph, Loaded) else load(graph)
    plan = plan_opened(loaded.opened, loaded.catalogue)
    kept = Store(store_folder()) if store is None else store
    results: dict[str, Results] = {}
    try:
        for event in run_plan(plan, kept, [Here(plan.catalogue, find_device(device))]):
            if isinstance(event, Failed):
                raise RunError(f"{event.node}: {event.message}")
            if isinstance(event, (Finished, Cached)) and event.node in plan.targets:
                results[event.node] = dict(event.outputs)
    finally:
        if store is None:
            kept.close()
    return results
