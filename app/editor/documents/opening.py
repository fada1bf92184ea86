"""Opening a document: its file and its history, whichever of the two is whole."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from app.editor.documents.document_file import DocumentFile
from app.editor.documents.importing import Imported
from app.editor.documents.keeping import Beginning, Keeper
from app.editor.documents.locking import Lock
from app.editor.documents.records import Snapshot
from app.editor.documents.replaying import Head
from app.editor.documents.saving import Content, read
from app.editor.documents.session import Session
from app.editor.documents.stacks import Stacks
from graphs.document.model import Document
from graphs.document.reading import loads, parse_json
from graphs.document.writing import dumps
from graphs.errors import InputError
from graphs.faults import Code, GraphError


def open_session(
    id_: str,
    folder: Path,
    place: Path,
    *,
    clock: Callable[[], float] = time.time,
    told: Callable[[Session], None] = lambda _session: None,
    current: Callable[[Document], Imported] = Imported,
) -> Session:
    """The document of the file at `place`, whose history lies in `folder`; it is begun where there is none.

    `told` is called whenever the file was written. `current` gives an old document in today's terms, which is an edit
    after the file as it was. `InputError` where it is open in another process, or where neither
    file nor history can be read.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        message, given = "the graph's history cannot be kept", error.strerror or str(error)
        raise InputError(message, where=str(folder), given=given) from error
    lock = Lock(folder / "lock", str(place))
    keeper = None
    try:
        keeper = Keeper(folder)
        session = _session(id_, place, keeper, lock, clock, told)
        _bring_up_to_date(session, current)
        return session  # noqa: TRY300 - what fails here lets the lock go, too
    except BaseException:
        if keeper is not None:
            keeper.close()
        lock.release()
        raise


def _session(
    id_: str, place: Path, keeper: Keeper, lock: Lock, clock: Callable[[], float], told: Callable[[Session], None]
) -> Session:
    content = read(place)
    file = DocumentFile(place, keeper.saved)
    head = keeper.head
    if head is None:
        head = _begun(id_, place, content, keeper, file, clock())
    elif content is not None:
        _refuse_newer(content)
    session = Session(id_, file, keeper, lock, head, clock, told)
    if content is None:
        session.notes.append("the file was gone; the graph is as its history has it, and is saved again")
    session.look(sure=True)
    return session


def _begun(id_: str, place: Path, content: Content | None, keeper: Keeper, file: DocumentFile, now: float) -> Head:
    """The history's beginning: the file as it is."""
    if content is None:
        raise InputError("there is no such graph", where=str(place))
    document = loads(content.body)
    saved = file.take(content.digest, 0)
    snapshot = Snapshot(0, dumps(document), Stacks().dumps(), "", now)
    keeper.kept(lambda: keeper.begin(Beginning(snapshot, {"id": id_, "place": str(place)}, saved)))
    return Head(0, document, Stacks(), 0, len(snapshot.text.encode()))


def _bring_up_to_date(session: Session, current: Callable[[Document], Imported]) -> None:
    """Make an old document one of today; where its file holds it, that text stays in the history as it is."""
    found, content = current(session.document), read(session.place) if session.saved else None
    old = content is not None and _has_older_format(content, session.document)
    if not old and dumps(found.document) == dumps(session.document):
        return
    session.bring_up_to_date(found.document, content.body.decode("utf-8-sig") if content else None)
    session.notes.extend(found.notes or ["the graph was of an older format"])


def _has_older_format(content: Content, document: Document) -> bool:
    if content.body == dumps(document).encode():
        return False
    raw = parse_json(content.body)
    return isinstance(raw, dict) and raw.get("noiseloom") != document.noiseloom


def _refuse_newer(content: Content) -> None:
    """A file of a newer format is left as it is."""
    try:
        loads(content.body)
    except GraphError as error:
        if any(fault.code is Code.NEWER_FORMAT for fault in error.faults):
            raise
