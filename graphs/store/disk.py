"""The store on disk: an SQLite index that holds small contents itself, and files for large ones.

Several processes may share it. Nothing is synced: after a power cut some of it is missing, and what is missing is made
again. Every method may raise `sqlite3.Error` or `OSError`; `Store` turns them into running without the disk.
"""

from __future__ import annotations

import sqlite3
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence, Set
from contextlib import contextmanager
from pathlib import Path

from graphs.errors import NoiseloomError
from graphs.parts import DamagedError, Parts, decode, digest_of, encode
from graphs.store.blobs import Blobs
from graphs.store.damage import Troubles, is_busy, is_damage, remove, set_aside
from graphs.store.records import Action, Memory, Size, Verified

FORMAT = 1
"""The version of the index; it also enters every key."""

SMALL = 16_384
"""Bytes below which a content lies in the index."""

BUSY_SECONDS = 5.0
CACHE_KIB = 32 * 1024
CHECKPOINT_PAGES = 8_192
"""Pages of 4 KiB that are written before they are put in their place, which is what waits for the disk."""

PAUSE = 0.01
"""Seconds between two tries to begin an index."""

AT_ONCE = 500
"""Names in one statement."""

FRESH = 3_600.0
"""Seconds within which a use need not be noted again."""

FORGOTTEN = 90 * 86_400.0
"""Seconds after which an action that nobody used is forgotten."""

_ACTION = "key, outputs, actions.seconds, nfe, launches, used, actions.mark"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS contents(
    digest TEXT PRIMARY KEY, size INTEGER NOT NULL, body, seconds REAL NOT NULL, used REAL NOT NULL);
CREATE INDEX IF NOT EXISTS sizes ON contents(size);
CREATE TABLE IF NOT EXISTS actions(
    key TEXT PRIMARY KEY, outputs TEXT NOT NULL, seconds REAL NOT NULL, nfe INTEGER NOT NULL,
    launches INTEGER NOT NULL, used REAL NOT NULL, mark INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS history(
    graph TEXT NOT NULL, node TEXT NOT NULL, key TEXT NOT NULL, recipe TEXT NOT NULL, reason TEXT NOT NULL,
    at REAL NOT NULL, PRIMARY KEY(graph, node)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS visits(graph TEXT PRIMARY KEY, at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pins(digest TEXT NOT NULL, node TEXT NOT NULL, PRIMARY KEY(digest, node)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS files(path TEXT PRIMARY KEY, mark TEXT NOT NULL, digest TEXT NOT NULL) WITHOUT ROWID;
"""
_KEEP = """
INSERT INTO contents VALUES(?, ?, ?, ?, ?) ON CONFLICT(digest) DO UPDATE SET
    size = excluded.size, body = excluded.body, seconds = max(seconds, excluded.seconds), used = excluded.used
"""


class NewerStoreError(NoiseloomError):
    """The index was written by a newer version."""


class Disk:
    """The store in a folder. Made if it is not there; a damaged index is set aside and begun anew."""

    def __init__(self, folder: Path, busy_seconds: float = BUSY_SECONDS) -> None:
        self.folder, self.busy_seconds = folder, busy_seconds
        self.blobs = Blobs(folder / "blobs")
        self.set_aside = False
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path = folder / "index.sqlite"
        try:
            if self.path.is_dir():
                raise sqlite3.DatabaseError("a folder stands in place of the index")  # noqa: TRY301 - as any damage
            self._begin()
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            if not is_damage(error) and not self.path.is_dir():
                raise
            set_aside(self.path)
            self.set_aside = True
            self._begin()

    def close(self) -> None:
        """Let the index go."""
        self.index.close()

    def again(self, *, damaged: bool) -> Disk:
        """The store opened anew, where its index turned out to be damaged or was taken away."""
        self.close()
        if damaged and _identity(self.path) == self._identity:  # else another process was quicker
            set_aside(self.path)
        return Disk(self.folder, self.busy_seconds)

    def _begin(self) -> None:
        self.index, new = _open(self.path, self.busy_seconds)
        self._identity = _identity(self.path)
        self._notes_use = True
        if new:
            try:
                self._adopt()
            except BaseException:
                self.close()
                raise

    def _adopt(self) -> None:
        """Take up the files that an index before this one knew of, so that the limit counts them."""
        rows = [(digest, size, None, 0.0, written) for digest, size, written in self.blobs.sizes()]
        with self._transaction():
            self.index.executemany("INSERT OR IGNORE INTO contents VALUES(?, ?, ?, ?, ?)", rows)

    def find(self, keys: Sequence[str]) -> dict[str, Action]:
        """The actions of these keys, as far as they are known."""
        return self._used(self._select(f"SELECT {_ACTION} FROM actions WHERE key", keys))  # noqa: S608 - a constant

    def foresee(self, graph: str) -> tuple[dict[str, Action], dict[str, str]]:
        """The actions that were last known of the nodes of a graph, and the key of each node."""
        query = f"SELECT {_ACTION} FROM actions JOIN history USING(key) WHERE graph = ?"  # noqa: S608 - a constant
        actions = self._used(self.index.execute(query, (_plain(graph),)))
        rows = self.index.execute("SELECT node, key FROM history WHERE graph = ?", (_plain(graph),))
        return actions, {str(node): str(key) for node, key in rows}

    def keys(self, most: int) -> set[str] | None:
        """The keys of all actions; None where there are more than so many."""
        rows = self.index.execute("SELECT key FROM actions LIMIT ?", (most + 1,)).fetchall()
        return {str(key) for (key,) in rows} if len(rows) <= most else None

    def visit(self, graph: str) -> None:
        """Note that a graph was run now."""
        self.index.execute("INSERT OR REPLACE INTO visits VALUES(?, ?)", (_plain(graph), time.time()))

    def _used(self, rows: Iterable[sqlite3.Row]) -> dict[str, Action]:
        """The actions in these rows; that they were used is noted where it was not noted lately."""
        found: dict[str, Action] = {}
        stale: list[str] = []
        now = time.time()
        for key, outputs, seconds, nfe, launches, used, mark in rows:
            numbers = isinstance(seconds, float) and isinstance(used, float)
            if not (numbers and isinstance(outputs, str) and isinstance(nfe, int) and isinstance(launches, int)):
                continue  # damaged
            if mark != mark_of(key, outputs):
                continue
            found[key] = Action(key, tuple(outputs.split(",")), seconds, nfe, launches)
            if now - used > FRESH:
                stale.append(key)
        if stale:
            self._note_use(stale, found, now)
        return found

    def present(self, digests: Sequence[str]) -> set[str]:
        """Those of the contents that are kept."""
        return {digest for (digest,) in self._select("SELECT digest FROM contents WHERE digest", digests)}

    def read(self, digest: str) -> Parts | None:
        """A content, checked against its digest; None where it is gone or damaged, and then it is forgotten."""
        return dict(self.read_all([digest])).get(digest)

    def read_all(self, digests: Sequence[str]) -> Iterator[tuple[str, Parts]]:
        """Contents, one after the other, each checked against its digest; those that are damaged are forgotten."""
        damaged: list[str] = []
        for digest, body in self._select("SELECT digest, body FROM contents WHERE digest", digests):
            parts = _checked(digest, body if body is not None else self.blobs.read(digest))
            if parts is None:
                damaged.append(digest)
            else:
                yield digest, parts
        if damaged:
            self._forget_damaged(damaged)

    def write(self, actions: Sequence[Action], contents: Sequence[tuple[str, Parts, float]]) -> None:
        """Keep actions and contents (digest, parts, the seconds they took), all or none.

        What is there is written over: whoever has it anew has missed it, or found it damaged.
        """
        now = time.time()
        rows = []
        for digest, parts, seconds in contents:
            content = encode(parts) if parts.buffers else parts.tree
            small = len(content) < SMALL
            if not small:
                self.blobs.write(digest, encode(parts))
            rows.append((digest, len(content), content if small else None, seconds, now))
        named = [(action, ",".join(action.outputs)) for action in actions]
        done = [(a.key, outputs, a.seconds, a.nfe, a.launches, now, mark_of(a.key, outputs)) for a, outputs in named]
        with self._transaction():
            self.index.executemany(_KEEP, rows)
            self.index.executemany("INSERT OR REPLACE INTO actions VALUES(?, ?, ?, ?, ?, ?, ?)", done)

    def forget(self, digests: Sequence[str]) -> None:
        """Let contents go; what gave them runs again when they are needed."""
        with self._transaction():
            self.index.executemany("DELETE FROM contents WHERE digest = ?", [(digest,) for digest in digests])
        for digest in digests:
            self.blobs.remove(digest)

    def forget_action(self, key: str) -> None:
        """Let an action go."""
        with self._transaction():
            self.index.execute("DELETE FROM actions WHERE key = ?", (key,))

    def _forget_damaged(self, digests: Sequence[str]) -> None:
        try:
            self.forget(digests)
        except Troubles as error:  # a full disk or a busy store: it is found again
            if is_damage(error):
                raise

    def remembered(self, graph: str, nodes: Sequence[str]) -> dict[str, Memory]:
        """What was last known of these nodes of a graph."""
        query = "SELECT graph, node, key, recipe, reason, at FROM history WHERE graph = ? AND node"
        return {memory.node: memory for memory in _memories(self._select(query, nodes, _plain(graph)))}

    def recall(self, node: str) -> list[Memory]:
        """What was last known of a node of that path or last name, its cells of a sweep too.

        What was run last comes first: the graph, and of a graph the nodes.
        """
        query = """SELECT graph, node, key, recipe, reason, history.at FROM history LEFT JOIN visits USING(graph)
            WHERE instr(node, ?) ORDER BY coalesce(visits.at, history.at) DESC, graph, history.at DESC, node"""
        return [memory for memory in _memories(self.index.execute(query, (_plain(node),))) if _is_of(memory.node, node)]

    def nodes_remembered(self) -> list[str]:
        """The names of all nodes that something is known of."""
        return [name for (name,) in self.index.execute("SELECT DISTINCT node FROM history ORDER BY node")]

    def remember(self, memories: Iterable[Memory]) -> None:
        """Keep what is now known of nodes."""
        rows = [(_plain(m.graph), m.node, m.key, m.recipe, m.reason, m.at) for m in memories]
        with self._transaction():
            self.index.executemany("INSERT OR REPLACE INTO history VALUES(?, ?, ?, ?, ?, ?)", rows)

    def pin(self, node: str, digests: Iterable[str]) -> None:
        """Never let these contents go, until the node is unpinned."""
        with self._transaction():
            self.index.executemany("INSERT OR IGNORE INTO pins VALUES(?, ?)", [(digest, node) for digest in digests])

    def unpin(self, node: str) -> int:
        """Take a node's pins back; how many there were."""
        with self._transaction():
            return self.index.execute("DELETE FROM pins WHERE node = ?", (node,)).rowcount

    def pins(self) -> dict[str, str]:
        """The nodes of pinned contents, by digest."""
        return dict(self.index.execute("SELECT digest, node FROM pins"))

    def clear(self) -> int:
        """Let every result go that is not pinned; the number of contents that went. What is known of nodes stays."""
        gone = "SELECT digest FROM contents WHERE digest NOT IN (SELECT digest FROM pins)"
        digests = [digest for (digest,) in self.index.execute(gone)]
        self.forget(digests)
        with self._transaction():
            kept = self.pins()
            held = {
                row[0]
                for row in self.index.execute("SELECT key, outputs FROM actions")
                if kept.keys() & set(row[1].split(","))
            }
            others = [(key,) for (key,) in self.index.execute("SELECT key FROM actions") if key not in held]
            self.index.executemany("DELETE FROM actions WHERE key = ?", others)
            self.index.execute("DELETE FROM files")
        self.index.execute("VACUUM")
        return len(digests)

    def file_digest(self, path: str, mark: str) -> str | None:
        """The digest of a file's content, where it was read before and bears the same mark (size, time, inode)."""
        row = self.index.execute(
            "SELECT digest FROM files WHERE path = ? AND mark = ?", (_plain(path), mark)
        ).fetchone()
        return None if row is None else str(row[0])

    def remember_file(self, path: str, mark: str, digest: str) -> None:
        """Keep the digest of a file's content."""
        with self._transaction():
            self.index.execute("INSERT OR REPLACE INTO files VALUES(?, ?, ?)", (_plain(path), mark, digest))

    def size(self) -> Size:
        """How much is kept."""
        contents, total = self.index.execute("SELECT count(*), coalesce(sum(size), 0) FROM contents").fetchone()
        (actions,) = self.index.execute("SELECT count(*) FROM actions").fetchone()
        return Size(contents, total, actions)

    def shrink(self, limit: int, pinned: Set[str]) -> int:
        """Keep at most so many bytes: first goes what took few seconds a byte and was not used for long.

        The number of contents that went.
        """
        (total,) = self.index.execute("SELECT coalesce(sum(size), 0) FROM contents").fetchone()
        if total <= limit:
            return 0
        now = time.time()
        pinned = pinned | self.pins().keys()
        worth = "(seconds + 0.001) / (size + 512.0) / (1.0 + (? - used) / 86400.0)"
        gone = []
        for digest, size in self.index.execute(f"SELECT digest, size FROM contents ORDER BY {worth}", (now,)):  # noqa: S608
            if total <= limit * 0.9:
                break
            if digest not in pinned:
                gone.append(digest)
                total -= size
        self.forget(gone)
        with self._transaction():
            self.index.execute("DELETE FROM actions WHERE used < ?", (now - FORGOTTEN,))
        return len(gone)

    def verify(self) -> Verified:
        """Read every content again; take out what is damaged, and files that belong to nothing."""
        digests = [digest for (digest,) in self.index.execute("SELECT digest FROM contents")]
        good = {digest for digest in digests if self.read(digest) is not None}
        strays = list(self.blobs.strays(good))
        for path in strays:
            remove(path)
        return Verified(len(good), len(digests) - len(good), len(strays))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self.index.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.index.execute("COMMIT")
        except BaseException:
            if self.index.in_transaction:  # a full disk ends it by itself
                self.index.execute("ROLLBACK")
            raise

    def _note_use(self, keys: list[str], found: dict[str, Action], now: float) -> None:
        digests = [(now, digest) for key in keys for digest in found[key].outputs if digest]
        if not self._notes_use:
            return
        try:
            with self._transaction():
                self.index.executemany("UPDATE actions SET used = ? WHERE key = ?", [(now, key) for key in keys])
                self.index.executemany("UPDATE contents SET used = ? WHERE digest = ?", digests)
        except Troubles as error:  # a full disk or a busy store: the use is just not noted
            if is_damage(error):
                raise
            self._notes_use = False

    def _select(self, query: str, names: Sequence[str], *first: str) -> Iterator[sqlite3.Row]:
        """The rows whose last column of the condition is one of the names, in few statements."""
        for start in range(0, len(names), AT_ONCE):
            part = names[start : start + AT_ONCE]
            yield from self.index.execute(f"{query} IN ({','.join('?' * len(part))})", (*first, *part))


def _memories(rows: Iterable[sqlite3.Row]) -> Iterator[Memory]:
    """The memories in rows, without those that a damaged index gives."""
    for row in rows:
        match tuple(row):
            case (str(graph), str(node), str(key), str(recipe), str(reason), float(at)):
                yield Memory(graph, node, key, recipe, reason, at)


def _is_of(place: str, node: str) -> bool:
    """Whether a place is that of a node, given by its path or the last names of it, or one of its cells."""
    path = place.partition("[")[0]
    return f"/{place}".endswith(f"/{node}") or f"/{path}".endswith(f"/{node}")


def erase(folder: Path) -> None:
    """Remove a store, whatever state it is in, and nothing else that lies in its folder."""
    for path in (*folder.glob("index.*"), folder / "blobs"):
        remove(path)


def _checked(digest: str, content: object) -> Parts | None:
    """The parts in this content, if they are what the digest says; a text is a tree without buffers."""
    try:
        parts = Parts(content) if isinstance(content, str) else decode(content) if isinstance(content, bytes) else None
        return parts if parts is not None and digest_of(parts) == digest else None
    except (DamagedError, UnicodeError):
        return None


def mark_of(key: str, outputs: str) -> int:
    """What tells whether a row still says what was written: names in it are believed, as of results to make again."""
    return zlib.crc32(f"{key} {outputs}".encode())


def _plain(name: str) -> str:
    """A name that SQLite can hold: that of a file need not be text."""
    return name.encode("utf-8", "backslashreplace").decode()


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _open(path: Path, busy_seconds: float) -> tuple[sqlite3.Connection, bool]:
    """The index, and whether it was begun just now."""
    index = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None, check_same_thread=False)
    index.row_factory = sqlite3.Row
    try:
        return index, _prepare(index, busy_seconds)
    except BaseException:
        index.close()
        raise


def _prepare(index: sqlite3.Connection, busy_seconds: float) -> bool:
    (version,) = index.execute("PRAGMA user_version").fetchone()
    if version > FORMAT:
        raise NewerStoreError(f"it was written by a newer Noiseloom (format {version}, this one knows {FORMAT})")
    _write_ahead(index, busy_seconds)
    index.execute("PRAGMA synchronous = NORMAL")
    index.execute(f"PRAGMA cache_size = {-CACHE_KIB}")
    index.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    if version < FORMAT:
        index.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version = {FORMAT}; COMMIT;")
    return bool(version < FORMAT)


def _write_ahead(index: sqlite3.Connection, busy_seconds: float) -> None:
    """Have a log that is written ahead. Where two begin one index at once, SQLite itself does not wait its turn."""
    until = time.monotonic() + busy_seconds
    while True:
        try:
            index.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() >= until:
                raise
            time.sleep(PAUSE)
        else:
            return
