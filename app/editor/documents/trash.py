"""Where deleted documents lie until somebody wants them back: file and history together."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

from pydantic import JsonValue

from app.editor.documents.registry import Known
from app.editor.documents.saving import make, make_free
from graphs.errors import InputError

_ABOUT, _GRAPH, _HISTORY = "about.json", "graph.json", "history"


class Trash:
    """The trash in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, known: Known, history: Path, at: float) -> None:
        """Put a document away; it is in the one place or in the other at every moment."""
        about = {"name": known.name, "place": str(known.place), "at": at, "thumbnail": known.thumbnail}
        into = self.folder / known.id
        try:
            into.mkdir(parents=True, mode=0o700)
            (into / _ABOUT).write_text(json.dumps(about))
            if history.is_dir():
                history.rename(into / _HISTORY)
            shutil.move(known.place, into / _GRAPH)
        except OSError as error:
            message, given = "the graph cannot be put into the trash", error.strerror or str(error)
            raise InputError(message, where=str(known.place), given=given) from error

    def listed(self) -> list[dict[str, JsonValue]]:
        """What lies there, what was deleted last comes first."""
        found = sorted(self._all(), key=lambda about: (-about.changed, about.id))
        return [
            {
                "id": about.id,
                "name": about.name,
                "path": about.place.name,
                "deleted": datetime.fromtimestamp(about.changed, UTC).isoformat(timespec="seconds"),
            }
            for about in found
        ]

    def take(self, id_: str, documents: Path) -> Known:
        """Take a document out again: to its place, or near it where that is taken by now."""
        known = next((about for about in self._all() if about.id == id_), None)
        if known is None:
            raise InputError("there is no such graph in the trash", where=id_)
        out_of = self.folder / id_
        try:
            body = (out_of / _GRAPH).read_bytes()
            place = known.place
            if not make(place, body):
                place = make_free(place.parent, place.stem, body)
            if (out_of / _HISTORY).is_dir():
                documents.mkdir(parents=True, exist_ok=True, mode=0o700)
                (out_of / _HISTORY).rename(documents / id_)
            shutil.rmtree(out_of)
        except OSError as error:
            message, given = "the graph cannot be taken out of the trash", error.strerror or str(error)
            raise InputError(message, where=str(out_of), given=given) from error
        return known._replace(place=place)

    def _all(self) -> list[Known]:
        return [about for path in self.folder.glob(f"*/{_ABOUT}") if (about := _about(path)) is not None]


def _about(path: Path) -> Known | None:
    try:
        about = json.loads(path.read_text())
        return Known(
            path.parent.name, Path(about["place"]), str(about["name"]), float(about["at"]), str(about["thumbnail"])
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
