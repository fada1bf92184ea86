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

from app.editor.documents.importing import Imported, imported, modernised
from app.editor.documents.opening import open_session
from app.editor.documents.registry import Known, Registry, from_histories
from app.editor.documents.saving import make_free
from app.editor.documents.session import Session
from app.editor.documents.trash import Trash
from app.editor.documents.words import plain
from app.editor.documents.workspace import SUFFIX, Workspace, stem_of
from graphs.catalogue.catalogue import Catalogue
from graphs.document.model import Document
from graphs.document.reading import loads
from graphs.document.writing import dumps
from graphs.errors import InputError
from graphs.home import examples_folder, home_folder, workspace_folder
from graphs.naming import listing, suggestion
from graphs.opening import example_names


class Library:
    """The documents of a person's home; `nodes` are the folders of nodes that the workspace must not touch.

    With a `catalogue`, a document that is old is brought up to date when it is opened.
    """

    def __init__(
        self,
        *,
        nodes: Iterable[Path] = (),
        catalogue: Catalogue | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.folder = home_folder() / "editor"
        self.workspace = Workspace(workspace_folder(), nodes)
        self.documents, self._trash = self.folder / "documents", Trash(self.folder / "trash")
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            given = error.strerror or str(error)
            raise InputError("the editor's folder cannot be made", where=str(self.folder), given=given) from error
        self._clock, self._catalogue = clock, catalogue
        self._sessions: dict[str, Session] = {}
        self._registry = Registry(self.folder / "documents.sqlite", lambda: from_histories(self.documents))

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
        """A new document in the workspace, in a file that is called as near to the name as is free."""
        body = dumps(document or Document(name=plain(name))).encode()
        return self._opened(make_free(self.workspace.folder, stem_of(name), body))

    def session(self, id_: str) -> Session | None:
        """The document of that id, opened if it is not; None where it was never opened here."""
        open_one = self._sessions.get(id_)
        if open_one is not None and open_one.is_open:
            return open_one
        known = self._registry.by_id(id_)
        return None if known is None else self._opened(known.place)

    def shut(self, id_: str) -> None:
        """Save and let a document go, where nobody looks at it."""
        session = self._sessions.pop(id_, None)
        if session is not None:
            session.close()

    def recent(self) -> list[dict[str, JsonValue]]:
        """The documents that were open here and are still there, what changed last comes first."""
        return [_listed(known, self.workspace) for known in self._registry.all() if known.place.is_file()]

    @staticmethod
    def examples() -> list[dict[str, JsonValue]]:
        """The graphs that come with Noiseloom: what to open, the title, and what the first note says."""
        found: list[dict[str, JsonValue]] = []
        for name in example_names():
            document = loads((examples_folder() / f"{name}{SUFFIX}").read_bytes())
            notes = document.view.notes if document.view else ()
            text = next((str(note["text"]) for note in notes if "text" in note), "")
            found.append({"name": name, "title": document.name, "about": text, "nodes": len(document.nodes)})
        return found

    def set_thumbnail(self, id_: str, media: str) -> None:
        """Note which picture shows a document."""
        known = self._registry.by_id(id_)
        if known is not None:
            self._registry.put(known._replace(thumbnail=plain(media)))

    def rename(self, id_: str, name: str) -> Session:
        """Give a document's file another name in the workspace; what it is called inside is an edit."""
        session = self._own(id_)
        place = self.workspace.path_of(name)
        if place != session.place:
            session.move_to(place)
            self.note(session)
        return session

    def duplicate(self, id_: str) -> Session:
        """A copy beside the document, so that it finds the same files; its history begins anew."""
        session = self._known(id_)
        body = dumps(session.document).encode()
        return self._opened(make_free(session.place.parent, session.place.stem, body))

    def delete(self, id_: str) -> None:
        """Put a document of the workspace into the trash, its history with it."""
        known = self._registry.by_id(id_)
        if known is None or not self.workspace.holds(known.place):
            self._own(id_)
            return
        with suppress(InputError):  # a file that cannot be written may go all the same
            self.shut(id_)
        if not known.place.is_file():
            self._known(id_).save()  # from its history
            self.shut(id_)
        self._trash.put(known, self.documents / id_, self._clock())
        self._registry.remove(id_)

    def deleted(self) -> list[dict[str, JsonValue]]:
        """What lies in the trash."""
        return self._trash.listed()

    def restore(self, id_: str) -> Session:
        """Take a document out of the trash, under its name or near it."""
        known = self._trash.take(id_, self.documents)
        self._registry.put(known)
        session = self._opened(known.place)
        self.note(session)
        return session

    def import_bytes(self, filename: str, body: bytes, catalogue: Catalogue) -> Session:
        """A graph that was dropped on the editor, as JSON, in a picture or as a pack: a new document."""
        found = imported(body, self.workspace.folder, catalogue)
        session = self.create(Path(filename.replace("\\", "/")).stem, found.document)
        session.notes.extend(found.notes)
        return session

    def close(self) -> None:
        """Save and let all documents go."""
        for id_ in list(self._sessions):
            with suppress(InputError):  # its edits are in its history
                self.shut(id_)
        self._registry.close()

    def _opened(self, place: Path) -> Session:
        """The session of a file, which there is one of."""
        for session in self._sessions.values():
            if session.place == place and session.is_open:
                return session
        if place.resolve() != place:
            raise InputError(
                "this leads elsewhere than it did", where=plain(str(place)), mend="open that file by its path"
            )
        known = self._registry.by_place(place) or Known(secrets.token_hex(8), place, place.stem, self._clock(), "")
        session = open_session(
            known.id, self.documents / known.id, place, clock=self._clock, told=self.note, current=self._current
        )
        session.shown = self.workspace.shown(place)
        self._sessions[session.id] = session
        self._registry.put(known._replace(name=session.name))
        return session

    def _current(self, document: Document) -> Imported:
        return Imported(document) if self._catalogue is None else modernised(document, self._catalogue)

    def note(self, session: Session) -> None:
        """Note a document's name and place, and that it changed now."""
        known = self._registry.by_id(session.id) or Known(session.id, session.place, "", 0.0, "")
        self._registry.put(known._replace(place=session.place, name=session.name, changed=self._clock()))
        session.shown = self.workspace.shown(session.place)

    def _known(self, id_: str) -> Session:
        session = self.session(id_)
        if session is None:
            raise InputError("there is no such document", where=plain(id_), mend="choose one of the recent ones")
        return session

    def _own(self, id_: str) -> Session:
        """A document of the workspace; those elsewhere are the person's to move."""
        session = self._known(id_)
        if not self.workspace.holds(session.place):
            message, mend = "the graph lies outside the workspace", "do this in its folder, or duplicate it"
            raise InputError(message, where=session.shown, allowed="graphs of the workspace", mend=mend)
        return session


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
