"""Which documents the editor knows: their ids and places. A damaged list is made again from their histories."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, TypeVar

from app.editor.documents.journal import BUSY_SECONDS, DamagedJournalError, Journal, NewerJournalError
from graphs.errors import InputError
from graphs.store.damage import Troubles, is_damage, set_aside

T = TypeVar("T")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS documents(
    id TEXT PRIMARY KEY, place TEXT NOT NULL UNIQUE, name TEXT NOT NULL, changed REAL NOT NULL,
    thumbnail TEXT NOT NULL);
"""
_COLUMNS = "id, place, name, changed, thumbnail"


class Known(NamedTuple):
    """A document that was opened once: its file, its name and when it changed last, as far as that is known."""

    id: str
    place: Path
    name: str
    changed: float
    thumbnail: str


class Registry:
    """The list at a path; `again` gives ids and places where it is damaged."""

    def __init__(self, path: Path, again: Callable[[], Sequence[Known]]) -> None:
        self.path, self._again = path, again
        self._base = self._tried(self._opened)

    def _opened(self) -> sqlite3.Connection:
        try:
            return _connect(self.path)
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            if not is_damage(error):
                raise
        return self._begun_anew()

    def _begun_anew(self) -> sqlite3.Connection:
        set_aside(self.path)
        base = _connect(self.path)
        base.executemany("INSERT OR IGNORE INTO documents VALUES(?, ?, ?, ?, ?)", map(_values, self._again()))
        return base

    def close(self) -> None:
        """Let the list go."""
        self._base.close()

    def put(self, known: Known) -> None:
        """Note a document, in place of what was known of that id or place."""
        sql = "INSERT OR REPLACE INTO documents VALUES(?, ?, ?, ?, ?)"
        self._do(lambda: self._base.execute(sql, _values(known)))

    def remove(self, id_: str) -> None:
        """Forget a document."""
        self._do(lambda: self._base.execute("DELETE FROM documents WHERE id = ?", (id_,)))

    def by_id(self, id_: str) -> Known | None:
        """What is known of an id."""
        return next(iter(self._select("WHERE id = ?", id_)), None)

    def by_place(self, place: Path) -> Known | None:
        """What is known of a file."""
        return next(iter(self._select("WHERE place = ?", _place(place))), None)

    def all(self) -> list[Known]:
        """Everything, what changed last comes first."""
        return self._select("ORDER BY changed DESC, id")

    def _select(self, rest: str, *values: str) -> list[Known]:
        query = f"SELECT {_COLUMNS} FROM documents {rest}"  # noqa: S608 - constants
        rows = self._do(lambda: self._base.execute(query, values).fetchall())
        return [Known(id_, Path(json.loads(place)), name, changed, mark) for id_, place, name, changed, mark in rows]

    def _do(self, act: Callable[[], T]) -> T:
        """Read or write the list, begun anew where it turns out to be damaged."""
        try:
            return act()
        except Troubles as error:
            if not is_damage(error):
                return self._tried(act)
        self._base.close()
        self._base = self._tried(self._begun_anew)
        return self._tried(act)

    def _tried(self, act: Callable[[], T]) -> T:
        try:
            return act()
        except Troubles as error:
            message, mend = "the list of graphs cannot be kept", "see that its folder can be written, and has room"
            raise InputError(message, where=str(self.path), given=str(error), mend=mend) from error


def _connect(path: Path) -> sqlite3.Connection:
    base = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        base.execute("PRAGMA journal_mode = WAL")
        base.executescript(_SCHEMA)
        base.execute(f"SELECT {_COLUMNS} FROM documents LIMIT 1").fetchone()  # noqa: S608 - a constant
    except BaseException:
        base.close()
        raise
    return base


def _place(place: Path) -> str:
    """A place as text: a file's name need not be any."""
    return json.dumps(str(place))


def _values(known: Known) -> tuple[str, str, str, float, str]:
    return known.id, _place(known.place), known.name, known.changed, known.thumbnail


def from_histories(folder: Path) -> list[Known]:
    """What the histories say of their documents."""
    found = []
    for path in sorted(folder.glob("*/journal.sqlite")):
        with suppress(*Troubles, DamagedJournalError, NewerJournalError):
            journal = Journal(path)
            place, changed = journal.fact("place"), path.stat().st_mtime
            journal.close()
            if isinstance(place, str):
                found.append(Known(path.parent.name, Path(place), Path(place).stem, changed, ""))
    return found
