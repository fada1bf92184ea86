"""The index of the gallery: a SQLite file, begun anew where it is damaged."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from graphs.errors import InputError
from graphs.store.damage import is_damage, set_aside

VERSION = 1
BUSY_SECONDS = 5.0

SCHEMA = """
CREATE TABLE items (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, document TEXT NOT NULL, name TEXT NOT NULL,
    job TEXT NOT NULL, node TEXT NOT NULL, port TEXT NOT NULL, cell TEXT NOT NULL, type TEXT NOT NULL,
    kind TEXT NOT NULL, view TEXT NOT NULL, graph TEXT NOT NULL, digest TEXT NOT NULL, seconds REAL NOT NULL,
    nfe INTEGER NOT NULL, favourite INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX items_of ON items (document, node, port, cell);
CREATE INDEX items_from ON items (graph);
CREATE TABLE graphs (digest TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE media (item INTEGER NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL, PRIMARY KEY (item, name))
    WITHOUT ROWID;
CREATE INDEX media_named ON media (name);
CREATE TABLE jobs (id TEXT PRIMARY KEY, document TEXT NOT NULL, begun REAL NOT NULL) WITHOUT ROWID;
"""


def open_index(folder: Path) -> sqlite3.Connection:
    """The index in a folder, which is made where it is not there; `InputError` where it is of a newer version."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "index.sqlite"
    try:
        return _open(path)
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
    set_aside(path)
    return _open(path)


def _open(path: Path) -> sqlite3.Connection:
    index = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        (version,) = index.execute("PRAGMA user_version").fetchone()
        _require_known(version, path)
        index.execute("PRAGMA journal_mode = WAL")
        index.execute("PRAGMA synchronous = NORMAL")
        if not version:
            index.executescript(f"BEGIN IMMEDIATE; {SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;")
        index.execute("SELECT COUNT(*) FROM items, media, graphs, jobs WHERE 0").fetchone()
    except BaseException:
        index.close()
        raise
    return index


def _require_known(version: int, path: Path) -> None:
    if version > VERSION:
        mend = "install a newer Noiseloom, or move that folder away"
        raise InputError("the gallery was written by a newer Noiseloom", where=str(path.parent), mend=mend)
