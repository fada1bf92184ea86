"""A document's history on disk: a row an edit, a snapshot now and then. What is written is there after a power cut.

Every method may raise `sqlite3.Error` or `OSError`; `DamagedJournalError` where what is read is not what was written.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pydantic import JsonValue

from app.editor.documents.records import Heading, Row, Saved, Snapshot
from graphs.errors import NoiseloomError

FORMAT = 1
"""The version of the journal."""

MOST_ROWS = 5_000
"""Rows after which the oldest fifth goes."""

MOST_SNAPSHOTS = 40
"""Snapshots without a name, from before the oldest row, after which every other one goes."""

BUSY_SECONDS = 5.0

_SCHEMA = """
CREATE TABLE edits(
    revision INTEGER PRIMARY KEY, author TEXT NOT NULL, client TEXT NOT NULL, number INTEGER NOT NULL,
    label TEXT NOT NULL, kind TEXT NOT NULL, step INTEGER NOT NULL, operation TEXT NOT NULL, inverse TEXT NOT NULL,
    at REAL NOT NULL, mark INTEGER NOT NULL);
CREATE UNIQUE INDEX sent ON edits(client, number) WHERE client <> '';
CREATE TABLE snapshots(
    revision INTEGER PRIMARY KEY, body BLOB NOT NULL, steps TEXT NOT NULL, name TEXT NOT NULL, at REAL NOT NULL);
CREATE TABLE skipped(step INTEGER PRIMARY KEY);
CREATE TABLE facts(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""
_ROW = "revision, author, client, number, label, kind, step, operation, inverse, at"


class DamagedJournalError(NoiseloomError):
    """The journal does not hold what was written."""


class NewerJournalError(NoiseloomError):
    """The journal was written by a newer version."""


class Journal:
    """The journal at a path; made if it is not there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._base = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            self._prepare()
        except BaseException:
            self._base.close()
            raise

    def _prepare(self) -> None:
        (version,) = self._base.execute("PRAGMA user_version").fetchone()
        if version > FORMAT:
            raise NewerJournalError(f"format {version}, this one knows {FORMAT}")
        self._base.execute("PRAGMA journal_mode = WAL")
        self._base.execute("PRAGMA synchronous = FULL")
        if version < FORMAT:
            self._base.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version = {FORMAT}; COMMIT;")

    def close(self) -> None:
        """Let it go."""
        self._base.close()

    def append(self, row: Row, snapshot: Snapshot | None = None) -> None:
        """Keep an edit, and the snapshot that it makes due, both or none."""
        with self._transaction():
            self._base.execute(f"INSERT INTO edits VALUES({'?,' * 10}?)", (*row, _mark(row)))
            if snapshot is not None:
                self._put(snapshot)

    def keep(self, snapshot: Snapshot) -> None:
        """Keep a snapshot, over one of that revision."""
        with self._transaction():
            self._put(snapshot)

    def _put(self, snapshot: Snapshot) -> None:
        body = zlib.compress(snapshot.text.encode(), 1)
        values = (snapshot.revision, body, snapshot.steps, snapshot.name, snapshot.at)
        self._base.execute("INSERT OR REPLACE INTO snapshots VALUES(?, ?, ?, ?, ?)", values)

    def rows(self, after: int, until: int | None = None) -> Iterator[Row]:
        """The edits after a revision, up to another."""
        query = f"SELECT {_ROW}, mark FROM edits WHERE revision > ? AND revision <= ? ORDER BY revision"  # noqa: S608
        for *values, mark in self._base.execute(query, (after, 2**62 if until is None else until)):
            yield _checked(tuple(values), mark)

    def row(self, revision: int) -> Row | None:
        """The edit that made a revision, where it is kept still."""
        return next(self.rows(revision - 1, revision), None)

    def sent(self, client: str, number: int) -> Row | None:
        """The edit that a client sent under a number."""
        query = f"SELECT {_ROW}, mark FROM edits WHERE client = ? AND number = ? AND client <> ''"  # noqa: S608
        found = self._base.execute(query, (client, number)).fetchone()
        return None if found is None else _checked(tuple(found[:-1]), found[-1])

    def last_number(self, client: str) -> int:
        """The highest number that a client has sent; 0 before its first."""
        query = "SELECT coalesce(max(number), 0) FROM edits WHERE client = ? AND client <> ''"
        return int(self._base.execute(query, (client,)).fetchone()[0])

    def label(self, revision: int) -> str | None:
        """What the edit of that revision did, in words."""
        found = self._base.execute("SELECT label FROM edits WHERE revision = ?", (revision,)).fetchone()
        return None if found is None else str(found[0])

    def headings(self) -> list[Heading]:
        """All edits without what they did, the oldest first."""
        query = "SELECT revision, author, label, step, at FROM edits ORDER BY revision"
        return [Heading(*values) for values in self._base.execute(query)]

    def snapshot(self, until: int | None = None) -> Snapshot | None:
        """The newest snapshot up to a revision."""
        query = """SELECT revision, body, steps, name, at FROM snapshots WHERE revision <= ?
            ORDER BY revision DESC LIMIT 1"""
        found = self._base.execute(query, (2**62 if until is None else until,)).fetchone()
        if found is None:
            return None
        revision, body, steps, name, at = found
        try:
            return Snapshot(revision, zlib.decompress(body).decode(), steps, name, at)
        except (zlib.error, UnicodeDecodeError, TypeError) as error:
            raise DamagedJournalError(f"the snapshot of revision {revision} cannot be read") from error

    def snapshots(self) -> list[tuple[int, str, float]]:
        """Revision, name and time of all snapshots, the oldest first."""
        return self._base.execute("SELECT revision, name, at FROM snapshots ORDER BY revision").fetchall()

    def head(self) -> int | None:
        """The newest revision; None in a journal that was not begun."""
        query = "SELECT max(revision) FROM (SELECT revision FROM edits UNION ALL SELECT revision FROM snapshots)"
        found: int | None = self._base.execute(query).fetchone()[0]
        return found

    def oldest(self) -> int | None:
        """The oldest edit that is kept."""
        found: int | None = self._base.execute("SELECT min(revision) FROM edits").fetchone()[0]
        return found

    def skip(self, step: int) -> None:
        """Note that a step cannot be undone or redone any more."""
        self._base.execute("INSERT OR IGNORE INTO skipped VALUES(?)", (step,))

    def skipped(self) -> set[int]:
        """All such steps."""
        return {step for (step,) in self._base.execute("SELECT step FROM skipped")}

    def fact(self, key: str) -> JsonValue:
        """What was noted under a key, or None."""
        found = self._base.execute("SELECT value FROM facts WHERE key = ?", (key,)).fetchone()
        try:
            return None if found is None else json.loads(found[0])
        except ValueError as error:
            raise DamagedJournalError(f"the note '{key}' cannot be read") from error

    def note(self, key: str, value: JsonValue) -> None:
        """Note something, over what was noted under that key."""
        self._base.execute("INSERT OR REPLACE INTO facts VALUES(?, ?)", (key, json.dumps(value)))

    def saved(self) -> list[Saved]:
        """The texts that the file may hold where no other program has written it."""
        noted = self.fact("saved")
        entries = noted if isinstance(noted, list) else []
        return [Saved(str(entry[0]), int(str(entry[1]))) for entry in entries if isinstance(entry, list)]

    def note_saved(self, saved: Sequence[Saved]) -> None:
        """Note them."""
        self.note("saved", [[entry.digest, entry.revision] for entry in saved])

    def thin(self) -> None:
        """Let the oldest rows go where there are too many, and then old snapshots; named ones stay, and the newest."""
        (count,) = self._base.execute("SELECT count(*) FROM edits").fetchone()
        if count <= MOST_ROWS:
            return
        oldest = "SELECT revision FROM edits ORDER BY revision LIMIT 1 OFFSET ?"
        (first,) = self._base.execute(oldest, (count - MOST_ROWS * 4 // 5,)).fetchone()
        begun = self._base.execute("SELECT max(revision) FROM snapshots WHERE revision <= ?", (first,)).fetchone()[0]
        if begun is None:
            return
        with self._transaction():
            self._base.execute("DELETE FROM edits WHERE revision <= ?", (begun,))
            self._base.execute("DELETE FROM skipped WHERE step <= ?", (begun,))
            old = "SELECT revision FROM snapshots WHERE revision < ? AND name = '' ORDER BY revision"
            revisions = [revision for (revision,) in self._base.execute(old, (begun,))]
            if len(revisions) > MOST_SNAPSHOTS:
                gone = [(revision,) for revision in revisions[::2]]
                self._base.executemany("DELETE FROM snapshots WHERE revision = ?", gone)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._base.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._base.execute("COMMIT")
        except BaseException:
            if self._base.in_transaction:  # a full disk ends it by itself
                self._base.execute("ROLLBACK")
            raise


def _mark(row: Row) -> int:
    """What tells whether a row still says what was written."""
    return zlib.crc32(json.dumps(row).encode())


def _checked(values: tuple[object, ...], mark: object) -> Row:
    match values:
        case (
            int(revision),
            str(author),
            str(client),
            int(number),
            str(label),
            ("edit" | "undo" | "redo") as kind,
            int(step),
            str(operation),
            str(inverse),
            float(at),
        ):
            row = Row(revision, author, client, number, label, kind, step, operation, inverse, at)
            if _mark(row) == mark:
                return row
    raise DamagedJournalError(f"the edit of revision {values[0]} cannot be read")
