"""The store on disk: an SQLite index that holds small contents itself, and files for large ones.

Several processes may share it. Nothing is synced: after a power cut some of it is missing, and what is missing is made
again. Every method may raise `sqlite3.Error` or `OSError`; `Store` turns them into running without the disk.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence, Set
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from graphs.errors import NoiseloomError
from graphs.parts import DamagedError, Parts, decode, digest_of, encode
from graphs.store.blobs import Blobs
from graphs.store.records import Action, Memory, Size, Verified

FORMAT = 1
"""The version of the index; it also enters every key."""

SMALL = 16_384
"""Bytes below which a content lies in the index."""

BUSY_SECONDS = 5.0
AT_ONCE = 500
"""Names in one statement."""

FRESH = 3_600.0
"""Seconds within which a use need not be noted again."""

FORGOTTEN = 90 * 86_400.0
"""Seconds after which an action that nobody used is forgotten."""

_ACTION = "key, outputs, actions.seconds, nfe, launches, used"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS contents(
    digest TEXT PRIMARY KEY, size INTEGER NOT NULL, body BLOB, seconds REAL NOT NULL, used REAL NOT NULL);
CREATE TABLE IF NOT EXISTS actions(
    key TEXT PRIMARY KEY, outputs TEXT NOT NULL, seconds REAL NOT NULL, nfe INTEGER NOT NULL,
    launches INTEGER NOT NULL, used REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS history(
    graph TEXT NOT NULL, node TEXT NOT NULL, key TEXT NOT NULL, recipe TEXT NOT NULL, reason TEXT NOT NULL,
    at REAL NOT NULL, PRIMARY KEY(graph, node)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pins(digest TEXT NOT NULL, node TEXT NOT NULL, PRIMARY KEY(digest, node)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS files(path TEXT PRIMARY KEY, mark TEXT NOT NULL, digest TEXT NOT NULL) WITHOUT ROWID;
"""


class NewerStoreError(NoiseloomError):
    """The index was written by a newer version."""


class Disk:
    """The store in a folder. Made if it is not there; a damaged index is set aside and begun anew."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.blobs = Blobs(folder / "blobs")
        self.set_aside = False
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        index = folder / "index.sqlite"
        try:
            self.index = _open(index)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            index.replace(index.with_suffix(".damaged"))
            for rest in ("-wal", "-shm"):
                index.with_name(index.name + rest).unlink(missing_ok=True)
            self.set_aside = True
            self.index = _open(index)

    def close(self) -> None:
        """Let the index go."""
        self.index.close()

    def find(self, keys: Sequence[str]) -> dict[str, Action]:
        """The actions of these keys, as far as they are known."""
        return self._used(self._select(f"SELECT {_ACTION} FROM actions WHERE key", keys))  # noqa: S608 - a constant

    def foresee(self, graph: str) -> dict[str, Action]:
        """The actions that were last known of the nodes of a graph."""
        query = f"SELECT {_ACTION} FROM actions JOIN history USING(key) WHERE graph = ?"  # noqa: S608 - a constant
        return self._used(self.index.execute(query, (graph,)))

    def _used(self, rows: Iterable[sqlite3.Row]) -> dict[str, Action]:
        """The actions in these rows; that they were used is noted where it was not noted lately."""
        found: dict[str, Action] = {}
        stale: list[str] = []
        now = time.time()
        for key, outputs, seconds, nfe, launches, used in rows:
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
        return self.read_all([digest]).get(digest)

    def read_all(self, digests: Sequence[str]) -> dict[str, Parts]:
        """Contents, each checked against its digest; those that are damaged are forgotten."""
        found: dict[str, Parts] = {}
        damaged: list[str] = []
        for digest, body in list(self._select("SELECT digest, body FROM contents WHERE digest", digests)):
            parts = _checked(digest, body if body is not None else self.blobs.read(digest))
            if parts is None:
                damaged.append(digest)
            else:
                found[digest] = parts
        if damaged:
            self.forget(damaged)
        return found

    def write(self, actions: Sequence[Action], contents: Sequence[tuple[str, Parts, float]]) -> None:
        """Keep actions and contents (digest, parts, the seconds they took), all or none; what is there stays."""
        now = time.time()
        rows = []
        for digest, parts, seconds in contents:
            content = encode(parts)
            small = len(content) < SMALL
            if not small:
                self.blobs.write(digest, content)
            rows.append((digest, len(content), content if small else None, seconds, now))
        done = [(a.key, ",".join(a.outputs), a.seconds, a.nfe, a.launches, now) for a in actions]
        with self._transaction():
            self.index.executemany("INSERT OR IGNORE INTO contents VALUES(?, ?, ?, ?, ?)", rows)
            self.index.executemany("INSERT OR IGNORE INTO actions VALUES(?, ?, ?, ?, ?, ?)", done)

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

    def remembered(self, graph: str, nodes: Sequence[str]) -> dict[str, Memory]:
        """What was last known of these nodes of a graph."""
        query = "SELECT graph, node, key, recipe, reason, at FROM history WHERE graph = ? AND node"
        return {row[1]: Memory(*row) for row in self._select(query, nodes, graph)}

    def recall(self, node: str) -> list[Memory]:
        """What was last known of a node of that path or last name, its cells of a sweep too, the newest first."""
        escaped = node.replace("_", r"\_")
        query = r"""SELECT graph, node, key, recipe, reason, at FROM history
            WHERE node = ? OR node LIKE ? ESCAPE '\' OR node LIKE ? ESCAPE '\' ORDER BY at DESC"""
        rows = self.index.execute(query, (node, f"%/{escaped}", f"{escaped}[%"))
        return [Memory(*row) for row in rows]

    def nodes_remembered(self) -> list[str]:
        """The names of all nodes that something is known of."""
        return [name for (name,) in self.index.execute("SELECT DISTINCT node FROM history ORDER BY node")]

    def remember(self, memories: Iterable[Memory]) -> None:
        """Keep what is now known of nodes."""
        rows = [(m.graph, m.node, m.key, m.recipe, m.reason, m.at) for m in memories]
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
        """Let everything go that is not pinned; the number of contents that went."""
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
            self.index.execute("DELETE FROM history WHERE key NOT IN (SELECT key FROM actions)")
            self.index.execute("DELETE FROM files")
        self.index.execute("VACUUM")
        return len(digests)

    def file_digest(self, path: str, mark: str) -> str | None:
        """The digest of a file's content, where it was read before and bears the same mark (size, time, inode)."""
        row = self.index.execute("SELECT digest FROM files WHERE path = ? AND mark = ?", (path, mark)).fetchone()
        return None if row is None else str(row[0])

    def remember_file(self, path: str, mark: str, digest: str) -> None:
        """Keep the digest of a file's content."""
        with self._transaction():
            self.index.execute("INSERT OR REPLACE INTO files VALUES(?, ?, ?)", (path, mark, digest))

    def size(self) -> Size:
        """How much is kept."""
        contents, total = self.index.execute("SELECT count(*), coalesce(sum(size), 0) FROM contents").fetchone()
        (actions,) = self.index.execute("SELECT count(*) FROM actions").fetchone()
        return Size(contents, total, actions)

    def shrink(self, limit: int, pinned: Set[str]) -> int:
        """Keep at most so many bytes: first goes what took few seconds a byte and was not used for long.

        The number of contents that went.
        """
        total = self.size().bytes
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
            path.unlink(missing_ok=True)
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
        try:
            with self._transaction():
                self.index.executemany("UPDATE actions SET used = ? WHERE key = ?", [(now, key) for key in keys])
                self.index.executemany("UPDATE contents SET used = ? WHERE digest = ?", digests)
        except sqlite3.OperationalError:  # a full disk or a busy store: the use is just not noted
            return

    def _select(self, query: str, names: Sequence[str], *first: str) -> Iterator[sqlite3.Row]:
        """The rows whose last column of the condition is one of the names, in few statements."""
        waiting = iter(names)
        while part := tuple(islice(waiting, AT_ONCE)):
            yield from self.index.execute(f"{query} IN ({','.join('?' * len(part))})", (*first, *part))


def _checked(digest: str, content: object) -> Parts | None:
    """The parts in these bytes, if they are what the digest says."""
    try:
        parts = decode(content) if isinstance(content, bytes) else None
    except DamagedError:
        return None
    return parts if parts is not None and digest_of(parts) == digest else None


def _open(path: Path) -> sqlite3.Connection:
    index = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    index.row_factory = sqlite3.Row
    try:
        _prepare(index)
    except BaseException:
        index.close()
        raise
    return index


def _prepare(index: sqlite3.Connection) -> None:
    (version,) = index.execute("PRAGMA user_version").fetchone()
    if version > FORMAT:
        raise NewerStoreError(f"it was written by a newer Noiseloom (format {version}, this one knows {FORMAT})")
    index.execute("PRAGMA journal_mode = WAL")
    index.execute("PRAGMA synchronous = NORMAL")
    if version < FORMAT:
        index.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version = {FORMAT}; COMMIT;")
