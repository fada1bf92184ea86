"""Sessions for tests: opened in a folder, edited by people who number their edits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from app.editor.documents.opening import open_session
from app.editor.documents.records import Edited
from app.editor.documents.session import Session
from graphs.document.model import Document, Node
from graphs.document.operations import Operation, SetParameter
from graphs.document.writing import dumps, save

TWO = Document(name="two", nodes={"a": Node(type="x"), "b": Node(type="y", inputs={"p": "a"}, params={"q": 1})})


def still() -> float:
    """A clock that stands still."""
    return 1_700_000_000.0


@contextmanager
def opened(folder: Path, document: Document | None = None, clock: Callable[[], float] = still) -> Iterator[Session]:
    """The document of a folder, begun with one where it is given."""
    folder.mkdir(exist_ok=True)
    place = folder / "graph.json"
    if document is not None:
        save(document, place)
    session = open_session("id", folder / "history", place, clock=clock)
    try:
        yield session
    finally:
        session.close()


def crash(session: Session) -> None:
    """Let a session go as a killed process does: nothing is saved any more."""
    session._keeper.close()
    session._lock.release()
    session._open = False


def edit(session: Session, operation: Operation, author: str = "ann", label: str = "") -> Edited:
    """The author's next edit."""
    client = f"tab of {author}"
    number = session.last_number(client) + 1
    return session.edit(operation, author=author, client=client, number=number, label=label)


def set_q(value: int, name: str = "b") -> SetParameter:
    """Set the parameter `q`."""
    return SetParameter(id=name, name="q", value=value)


def text(session: Session) -> str:
    """The document as it would be saved."""
    return dumps(session.document)
