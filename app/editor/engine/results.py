"""What a run gave, as news: results in full, whose media are kept in the gallery's folder, all else at a glance."""

from __future__ import annotations

import contextlib
import json
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from app.editor.engine.drawing import Drawn, view_of
from app.editor.engine.folding import node_of
from app.editor.engine.messages import Job, News, Told
from app.editor.engine.translating import Telling
from app.editor.runs.shelf import Shelf
from app.saving import without_absolute_paths
from graphs.catalogue.catalogue import Catalogue
from graphs.defaults import with_defaults
from graphs.document.model import Document
from graphs.document.writing import dumps
from graphs.opening import Opened
from graphs.parts import Parts, value_of
from graphs.png import with_graph
from graphs.running.events import Cached, Finished
from graphs.running.rendering import render
from graphs.store.store import Store

LARGEST = 256 * 2**20
"""Bytes of a value on its way that is looked at; a larger one has only its size shown."""
MOST_KNOWN = 512
"""Results whose views are remembered."""

Draw = Callable[[Finished | Cached, bool], Iterator[News]]


@dataclass
class Results:
    """Draws what nodes gave."""

    catalogue: Catalogue
    store: Store
    shelf: Shelf
    known: OrderedDict[tuple[str, ...], Told] = field(default_factory=OrderedDict)

    def of(self, job: Job, opened: Opened, telling: Telling) -> Draw:
        """Draws the results of one job; their pictures carry its graph."""
        graph = without_absolute_paths(with_defaults(opened.document, self.catalogue))
        text = dumps(graph)

        def draw(event: Finished | Cached, wanted: bool) -> Iterator[News]:
            for port, digest, parts in event.outputs.contents():
                if wanted:
                    yield from self._result(event.node, port, digest, parts, telling, graph, text)
                elif isinstance(event, Finished):
                    view, media = view_of(self._glance(parts))
                    yield News(telling.node(event.node, views={port: view}), media)

        return draw

    def _result(
        self, place: str, port: str, digest: str, parts: Parts, telling: Telling, graph: Document, text: str
    ) -> Iterator[News]:
        view, media = self._full((telling.document, place, port, digest), digest, parts, graph)
        node, _, cell = place.partition("[")
        head: Told = {"kind": "result", "document": telling.document, "job": telling.job, "node": node_of(node)}
        said: Told = {"port": port, "view": view, "digest": digest, "graph": text}
        said |= {"type": str(json.loads(parts.tree)["data"]), "name": graph.name}
        said |= {"cell": cell.rstrip("]"), "seconds": telling.seconds, "nfe": telling.nfe}
        yield News(telling.node(place, views={port: view}), media)
        yield News({**head, **said})

    def _full(self, name: tuple[str, ...], digest: str, parts: Parts, graph: Document) -> tuple[Told, dict[str, bytes]]:
        """The view of a result, the one from before where it is there; and its media, where the shelf takes none."""
        known = self.known.get(name)
        if known is not None and self.shelf.holds(known):
            self.known.move_to_end(name)
            return known, {}
        view, media = view_of(_carrying(self._drawn(digest, parts), graph))
        try:
            for entry, content in media.items():
                self.shelf.put(entry, content)
        except OSError:  # the disk is full, or not to be written
            return view, media
        self.known[name] = view
        if len(self.known) > MOST_KNOWN:
            self.known.popitem(last=False)
        return view, {}

    def _drawn(self, digest: str, parts: Parts) -> Drawn:
        from app.editor.engine.views.choosing import full_view  # imports torch

        try:
            value = value_of(parts, self.catalogue.value_class)
            files = render(digest, parts, self.store, self.catalogue).files
            return full_view(value, files)
        except Exception as error:  # noqa: BLE001 - a value of a plug-in may raise anything
            return Drawn("summary", f"it cannot be shown: {type(error).__name__}: {error}")

    def _glance(self, parts: Parts) -> Drawn:
        if parts.size > LARGEST:
            return Drawn("summary", f"{parts.size:,} bytes")
        from app.editor.engine.views.choosing import small_view  # imports torch

        with contextlib.suppress(Exception):
            return small_view(value_of(parts, self.catalogue.value_class))
        return Drawn("summary", "it cannot be shown")


def _carrying(drawn: Drawn, graph: Document) -> Drawn:
    """The same with the graph in each PNG, as `noiseloom run` saves it."""
    return replace(
        drawn,
        pictures=tuple(
            replace(picture, content=with_graph(picture.content, graph)) if picture.suffix == ".png" else picture
            for picture in drawn.pictures
        ),
    )
