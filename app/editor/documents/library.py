"""All documents of the editor: opened, made, listed, renamed, copied, put away, imported.

A name comes from a browser and stays in the workspace; a `Path` is what the person typed on the command line.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from pydantic import JsonValue

from app.editor.documents.opening import open_session
from app.editor.documents.registry import Known, Registry
from app.editor.documents.session import Session
from app.editor.documents.workspace import SUFFIX, Workspace
from graphs.document.model import Document
from graphs.document.reading import loads
from graphs.document.writing import dumps
from graphs.errors import InputError
from graphs.home import examples_folder, home_folder, workspace_folder
from graphs.naming import listing, suggestion
from graphs.opening import example_names


class Library:
    """The documents of a home; `nodes` are the folders of nodes that the workspace must not touch."""

    def __init__(
        self,
        home: Path | None = None,
        *,
        nodes: Iterable[Path] = (),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.folder = (home or home_folder()) / "editor"
        self.workspace = Workspace(home / "workspace" if home else workspace_folder(), nodes)
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            given = error.strerror or str(error)
            raise InputError("the editor's folder cannot be made", where=str(self.folder), given=given) from error
        self._clock = clock
        self._sessions: dict[str, Session] = {}
        self._registry = Registry(self.folder / "documents.sqlite", list)

    def open(self, name: str | Path) -> Session:
        """The document of a name in the workspace, of an example as the person's own copy, or of a path as it is."""
        if isinstance(name, Path):
            return self._opened(_resolved(name))
        place = self.workspace.path_of(name)
        if place.is_file():
            return self._opened(place)
        stem = name.removesuffix(SUFFIX)
        if stem in example_names():
            return self.create(stem, loads((examples_folder() / f"{stem}{SUFFIX}").read_bytes()))
        names = [path.stem for path in self.workspace.folder.glob(f"*{SUFFIX}")]
        mend = suggestion(stem, [*names, *example_names()]) or f"the examples are {listing(example_names())}"
        raise InputError("there is no such graph in the workspace", where=name, mend=mend)

    def create(self, name: str, document: Document | None = None) -> Session:
        """A new document in the workspace, called as near to the name as is free."""
        place = self.workspace.free(name)
        place.write_text(dumps(document or Document(name=name)), encoding="utf-8", newline="\n")
        return self._opened(place)

    def session(self, id_: str) -> Session | None:
        """The document of that id, opened if it is not; None where nobody ever opened it here."""
        if id_ in self._sessions:
            return self._sessions[id_]
        known = self._registry.by_id(id_)
        return None if known is None else self._opened(known.place)

    def _opened(self, place: Path) -> Session:
        """The session of a file, which there is one of."""
        for session in self._sessions.values():
            if session.place == place:
                return session
        known = self._registry.by_place(place) or Known(secrets.token_hex(8), place, place.stem, self._clock(), "")
        folder = self.folder / "documents" / known.id
        session = open_session(known.id, folder, place, shown=self.workspace.shown(place), clock=self._clock)
        self._sessions[session.id] = session
        self._registry.put(known._replace(name=session.name))
        return session

    def saved(self, session: Session) -> None:
        """Note a document's name and that it changed now, for the list of recent ones."""
        known = self._registry.by_id(session.id) or Known(session.id, session.place, "", 0.0, "")
        self._registry.put(known._replace(place=session.place, name=session.name, changed=self._clock()))

    def recent(self) -> list[dict[str, JsonValue]]:
        """The documents that were open here and are still there, what changed last comes first."""
        return [_listed(known, self.workspace) for known in self._registry.all() if known.place.is_file()]

    def set_thumbnail(self, id_: str, media: str) -> None:
        """Note which picture shows a document."""
        known = self._registry.by_id(id_)
        if known is not None:
            self._registry.put(known._replace(thumbnail=media))

    def close(self) -> None:
        """Save and let all documents go."""
        for session in self._sessions.values():
            with suppress(InputError):  # its edits are in its history
                session.close()
        self._sessions.clear()
        self._registry.close()


def _listed(known: Known, workspace: Workspace) -> dict[str, JsonValue]:
    changed = datetime.fromtimestamp(known.changed, UTC).isoformat(timespec="seconds")
    path = workspace.shown(known.place)
    found: dict[str, JsonValue] = {"id": known.id, "name": known.name, "path": path, "changed": changed}
    return {**found, "thumbnail": known.thumbnail} if known.thumbnail else found


def _resolved(path: Path) -> Path:
    try:
        found = path.resolve(strict=True)
    except (OSError, RuntimeError, ValueError) as error:
        raise InputError("there is no such graph", where=str(path), allowed="a JSON file") from error
    if not found.is_file():
        raise InputError("this is not a file", where=str(path), allowed="a JSON file")
    return found
