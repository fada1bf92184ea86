"""The gallery: every result that was ever made, until the room for it is used up, with the graph that made it."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from pathlib import Path

from pydantic import JsonValue

from app.editor.engine.merging import media_of
from app.editor.engine.messages import Told
from app.editor.runs.index import open_index
from app.editor.runs.items import COLUMNS, item_of, number_of, pattern_of
from app.editor.runs.shelf import Shelf
from graphs.errors import InputError

LIMIT = 2 * 2**30
"""Bytes of media that are kept; beyond that the oldest go first, and favourites never."""
PAGE = 60
STRAY_SECONDS = 86_400.0
"""Seconds after which media that belong to nothing are taken out."""

MOST_ITEMS = 500
"""Items of a page at the most."""
FOUND = (
    "(name LIKE ? ESCAPE '\\' OR node LIKE ? ESCAPE '\\'"
    " OR graph IN (SELECT digest FROM graphs WHERE text LIKE ? ESCAPE '\\'))"
)


class Gallery:
    """The results in a folder."""

    def __init__(self, folder: Path, limit: int = LIMIT) -> None:
        self.shelf, self.limit = Shelf(folder), limit
        self.index = open_index(folder)
        self._room = 0
        """Bytes that may be added before it has to be looked what is there."""
        self.shelf.sweep({name for (name,) in self.index.execute("SELECT DISTINCT name FROM media")}, STRAY_SECONDS)

    def close(self) -> None:
        """Let the index go."""
        self.index.close()

    def add(self, result: Told) -> Told:
        """The item of a result as the engine tells it; an unchanged result has the item that it had."""
        known = self._unchanged(result)
        if known is not None:
            return known
        text, view = str(result["graph"]), result["view"]
        graph = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
        values = (
            time.time(),
            *(str(result.get(key, "")) for key in ("document", "name", "job", "node", "port", "cell", "type")),
            str(view.get("kind", "")) if isinstance(view, dict) else "",
            json.dumps(view, ensure_ascii=False),
            graph,
            str(result["digest"]),
            result.get("seconds", 0.0),
            result.get("nfe", 0),
        )
        with _Transaction(self.index):
            self.index.execute("INSERT OR IGNORE INTO graphs VALUES (?, ?)", (graph, text))
            marks = ", ".join("?" * len(values))
            names = COLUMNS.removeprefix("id, ").removesuffix(", favourite")
            done = self.index.execute(f"INSERT INTO items ({names}) VALUES ({marks})", values)  # noqa: S608 - ours
            item = done.lastrowid
            entries = [(item, name, self.shelf.size(name)) for name in dict.fromkeys(media_of(view))]
            self.index.executemany("INSERT OR IGNORE INTO media VALUES (?, ?, ?)", entries)
        self._room -= sum(size for _, _, size in entries)
        if self._room < 0:
            self._shrink()
        return self.item(str(item))

    def item(self, item: str) -> Told:
        """An item by its id; `InputError` where there is none."""
        return item_of(self._row(item))

    def page(
        self, *, document: str = "", kind: str = "", search: str = "", favourites: bool = False,
        before: str = "", limit: int = PAGE,
    ) -> Told:  # fmt: skip
        """The newest items first, and whether there are more; `before` is the id of the last one of the page before.

        `search` is looked for in the names of graphs and nodes, and in the graphs themselves, prompts included.
        """
        conditions: dict[str, object] = {
            "document = ?": document,
            "kind = ?": kind,
            "id < ?": number_of(before) if before else "",
            "favourite = ?": 1 if favourites else "",
            FOUND: pattern_of(search) if search else "",
        }
        chosen = {condition: value for condition, value in conditions.items() if value != ""}
        where = f"WHERE {' AND '.join(chosen)}" if chosen else ""
        limit = max(1, min(limit, MOST_ITEMS))
        values = [value for condition, value in chosen.items() for _ in range(condition.count("?"))]
        query = f"SELECT {COLUMNS} FROM items {where} ORDER BY id DESC LIMIT ?"  # noqa: S608 - ours
        rows = self.index.execute(query, (*values, limit + 1)).fetchall()
        items: list[JsonValue] = [item_of(row) for row in rows[:limit]]
        return {"items": items, "more": len(rows) > limit}

    def favour(self, item: str, *, favourite: bool) -> Told:
        """Make an item a favourite, which is never let go by itself; or no longer."""
        self._row(item)
        self.index.execute("UPDATE items SET favourite = ? WHERE id = ?", (favourite, number_of(item)))
        return self.item(item)

    def delete(self, item: str) -> None:
        """Take an item out, and what only it needed."""
        self._row(item)
        self._remove(number_of(item))

    def graph_of(self, item: str) -> JsonValue:
        """The graph that made an item, as JSON, with every value written out."""
        graph = str(self.item(item)["graph"])
        (text,) = self.index.execute("SELECT text FROM graphs WHERE digest = ?", (graph,)).fetchone()
        document: JsonValue = json.loads(text)
        return document

    def media_path(self, name: str) -> Path | None:
        """The file of some media, as "HASH.png"; None where there is none."""
        return self.shelf.path(name)

    def begin_job(self, job: str, document: str) -> None:
        """Note that a job runs, until it ends."""
        self.index.execute("INSERT OR REPLACE INTO jobs VALUES (?, ?, ?)", (job, document, time.time()))

    def end_job(self, job: str) -> None:
        """Note that a job has ended."""
        self.index.execute("DELETE FROM jobs WHERE id = ?", (job,))

    def take_interrupted(self) -> list[tuple[str, str]]:
        """The jobs that ran when the editor ended, and their documents; told once."""
        found = [(str(job), str(document)) for job, document in self.index.execute("SELECT id, document FROM jobs")]
        self.index.execute("DELETE FROM jobs")
        return found

    def _unchanged(self, result: Told) -> Told | None:
        place = tuple(str(result.get(key, "")) for key in ("document", "node", "port", "cell"))
        query = f"SELECT {COLUMNS} FROM items WHERE document = ? AND node = ? AND port = ? AND cell = ? "  # noqa: S608
        row = self.index.execute(query + "ORDER BY id DESC LIMIT 1", place).fetchone()
        if row is None:
            return None
        item = item_of(row)
        view = item["view"]
        same = item["digest"] == result["digest"] and isinstance(view, dict) and self.shelf.holds(view)
        return item if same else None

    def _row(self, item: str) -> tuple[object, ...]:
        query = f"SELECT {COLUMNS} FROM items WHERE id = ?"  # noqa: S608 - ours
        row: tuple[object, ...] | None = self.index.execute(query, (number_of(item),)).fetchone()
        if row is None:
            raise InputError("there is no such result in the gallery", given=item, mend="it may have been deleted")
        return row

    def _shrink(self) -> None:
        """Let the oldest go until there is room again; the newest stays."""
        total = "SELECT COALESCE(SUM(size), 0) FROM (SELECT DISTINCT name, size FROM media)"
        oldest = "SELECT id FROM items WHERE favourite = 0 AND id < (SELECT MAX(id) FROM items) ORDER BY id LIMIT 1"
        while (room := self.limit - self.index.execute(total).fetchone()[0]) < 0:
            row = self.index.execute(oldest).fetchone()
            if row is None:
                break
            self._remove(row[0])
        self._room = max(0, room)

    def _remove(self, item: int) -> None:
        mine = "SELECT name FROM media WHERE item = ? AND name NOT IN (SELECT name FROM media WHERE item <> ?)"
        names = [str(name) for (name,) in self.index.execute(mine, (item, item))]
        with _Transaction(self.index):
            self.index.execute("DELETE FROM media WHERE item = ?", (item,))
            self.index.execute("DELETE FROM items WHERE id = ?", (item,))
            self.index.execute("DELETE FROM graphs WHERE digest NOT IN (SELECT graph FROM items)")
        for name in names:
            self.shelf.remove(name)


class _Transaction:
    """All or nothing."""

    def __init__(self, index: sqlite3.Connection) -> None:
        self.index = index

    def __enter__(self) -> None:
        self.index.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.index.execute("COMMIT" if kind is None else "ROLLBACK")
