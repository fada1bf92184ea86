"""The store: results by their digest, and which action gave which; in memory first, then on disk.

The disk may be full, busy, not writable, damaged or of a newer version. Then the store works without it, and a note
says so; nothing that it does may stop a run.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from graphs.home import home_folder
from graphs.parts import Parts, digest_of
from graphs.store.damage import Troubles, is_damage, is_moved
from graphs.store.disk import BUSY_SECONDS, Disk, NewerStoreError
from graphs.store.memory import Recent
from graphs.store.records import Action, Memory

T = TypeVar("T")

MEMORY_LIMIT = 512 * 2**20
DISK_LIMIT = 20 * 2**30

WORTH_WRITING = 0.2
"""Seconds of work, not yet on disk, that are written at once."""

MANY = 100
"""Keys from which on looking them up one by one is worth a look at the whole index, if that is not much larger."""

RATIO = 4
BATCH = 2_000
BATCH_BYTES = 4 * 2**20

_Content = tuple[str, Parts, float]


def store_folder() -> Path:
    """Where the store lies."""
    return home_folder() / "store"


def halfway(key: str) -> str:
    """The key of what is kept of an action under way."""
    return f"{key} halfway"


class Store:
    """What earlier runs gave; without a folder only for as long as the process lives."""

    def __init__(
        self,
        folder: Path | None = None,
        *,
        memory_limit: int = MEMORY_LIMIT,
        disk_limit: int = DISK_LIMIT,
        busy_seconds: float = BUSY_SECONDS,
    ) -> None:
        self.recent = Recent(memory_limit)
        self.disk_limit = disk_limit
        self.notes: list[str] = []
        self.pinned: Counter[str] = Counter()
        self.disk: Disk | None = None
        self._writes = folder is not None
        self._actions: dict[str, Action] = {}
        self._on_disk: set[str] | None = None
        self._answered: dict[str, dict[str, str]] = {}
        self._files: dict[tuple[str, str], str] = {}
        self._new_actions: list[Action] = []
        self._new_contents: dict[str, _Content] = {}
        self._new_bytes, self._new_seconds = 0, 0.0
        if folder is not None:
            self._reach(folder, lambda: Disk(folder, busy_seconds))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def find(self, keys: Iterable[str]) -> dict[str, Action]:
        """The actions of these keys, as far as they are known."""
        found: dict[str, Action] = {}
        unknown: list[str] = []
        for key in keys:
            action = self._actions.get(key)
            if action is None:
                unknown.append(key)
            else:
                found[key] = action
        if self._on_disk is not None:
            unknown = [key for key in unknown if key in self._on_disk]
        if unknown and self.disk is not None:
            nothing: dict[str, Action] = {}
            more = self._read(lambda disk: disk.find(unknown), nothing)
            self._actions |= more
            found |= more
        return found

    def foresee(self, graph: str) -> Mapping[str, str]:
        """The key of what each node of a graph gave last; their actions are fetched at once, and `find` knows them."""
        if graph not in self._answered:
            nothing: tuple[dict[str, Action], dict[str, str]] = ({}, {})
            actions, answered = self._read(lambda disk: disk.foresee(graph), nothing)
            self._actions |= actions
            self._answered[graph] = answered
        return self._answered[graph]

    def expect(self, count: int) -> None:
        """So many keys will be looked up one by one until `settle`: where the index is small for that, know all of it.

        What another process adds meanwhile is then missed, and computed here, too.
        """
        if count >= MANY:
            self._on_disk = self._read(lambda disk: disk.keys(RATIO * count), None)

    def present(self, digests: Iterable[str]) -> set[str]:
        """Those of the contents that are kept; one on disk may still turn out to be damaged."""
        wanted = list(digests)
        found = {digest for digest in wanted if digest in self.recent or digest in self._new_contents}
        unknown = [digest for digest in wanted if digest not in found]
        nothing: set[str] = set()
        return found | self._read(lambda disk: disk.present(unknown), nothing) if unknown else found

    def sound(self, digests: Iterable[str]) -> set[str]:
        """Those of the contents that are kept and undamaged: each was read."""
        wanted = list(digests)
        found = {digest for digest in wanted if digest in self.recent or digest in self._new_contents}
        unknown = [digest for digest in wanted if digest not in found]
        nothing: set[str] = set()
        return found | self._read(lambda disk: self._fetch(disk, unknown), nothing) if unknown else found

    def are_sound(self, digests: Sequence[str]) -> bool:
        """Whether all of the contents are kept and undamaged."""
        return all(digest in self.recent for digest in digests) or len(self.sound(digests)) == len(set(digests))

    def get(self, digest: str) -> Parts | None:
        """A content; None where it is gone or damaged."""
        parts = self.recent.get(digest)
        if parts is None and digest in self._new_contents:
            parts = self._new_contents[digest][1]
        if parts is None:
            parts = self._read(lambda disk: disk.read(digest), None)
            if parts is not None:
                self.recent.put(digest, parts, self.pinned)
        return parts

    def _fetch(self, disk: Disk, digests: Sequence[str]) -> set[str]:
        """Read contents, one after the other, into memory; those that are sound."""
        found = set()
        for digest, parts in disk.read_all(digests):
            self.recent.put(digest, parts, self.pinned)
            found.add(digest)
        return found

    def keep(self, action: Action, contents: Sequence[tuple[str, Parts]]) -> None:
        """Keep what a node gave. It is on disk after the next batch, or at once where it took long."""
        self._actions[action.key] = action
        for digest, parts in contents:
            self.recent.put(digest, parts, self.pinned)
        if not self._writes:
            return
        self._new_actions.append(action)
        for digest, parts in contents:
            size = parts.size
            if size <= self.disk_limit // 2:
                before = self._new_contents.get(digest)
                seconds = action.seconds if before is None else max(before[2], action.seconds)
                self._new_contents[digest] = (digest, parts, seconds)
                self._new_bytes += size
        self._new_seconds += action.seconds
        full = len(self._new_actions) >= BATCH or self._new_bytes >= BATCH_BYTES
        if full or self._new_seconds >= WORTH_WRITING:
            self.flush()

    def keep_halfway(self, key: str, parts: Parts, seconds: float) -> None:
        """Keep what a node under way could go on from, in place of what was kept of it before."""
        self.drop_halfway(key)
        digest, half = digest_of(parts), halfway(key)
        self.keep(Action(half, (digest,), seconds), [(digest, parts)])
        self.flush()

    def drop_halfway(self, key: str) -> None:
        """The node is done, or went further."""
        half = halfway(key)
        known = self.find([half]).get(half)
        if known is not None:
            self._actions.pop(half, None)
            self.spoil(known.outputs)
            self._write(lambda disk: disk.forget_action(half))

    def hold(self, contents: Iterable[tuple[str, Parts]]) -> None:
        """Keep contents in memory only."""
        for digest, parts in contents:
            self.recent.put(digest, parts, self.pinned)

    def take_notes(self) -> list[str]:
        """What a person should know since last time."""
        notes, self.notes = self.notes, []
        return notes

    def flush(self) -> None:
        """Write what waits."""
        if self._new_actions:
            actions, contents = self._new_actions, list(self._new_contents.values())
            self._write(lambda disk: disk.write(actions, contents))
        self._new_actions, self._new_contents, self._new_bytes, self._new_seconds = [], {}, 0, 0.0

    def settle(self) -> None:
        """Write what waits, and let go what is beyond the limit."""
        self._on_disk = None
        self.flush()
        self._write(lambda disk: disk.shrink(self.disk_limit, self.pinned.keys()))
        self._writes = self.disk is not None  # what was full or busy may not be so next time

    def close(self) -> None:
        """Write what waits and let the index go."""
        self.flush()
        if self.disk is not None:
            self.disk.close()
            self.disk = None

    def spoil(self, digests: Iterable[str]) -> None:
        """Let contents go that can no longer be trusted, in memory and on disk."""
        gone = list(digests)
        for digest in gone:
            self.recent.remove(digest)
            self._new_contents.pop(digest, None)
        self._write(lambda disk: disk.forget(gone))

    def pin(self, digests: Iterable[str]) -> None:
        """Keep these whatever the limits, until `unpin`."""
        self.pinned.update(digests)

    def unpin(self, digests: Iterable[str]) -> None:
        """Take pins back."""
        for digest in digests:
            self.pinned[digest] -= 1
            if self.pinned[digest] <= 0:
                del self.pinned[digest]

    def remembered(self, graph: str, nodes: Sequence[str]) -> dict[str, Memory]:
        """What was last known of these nodes of a graph."""
        return self._read(lambda disk: disk.remembered(graph, nodes), {})

    def remember(self, graph: str, memories: Sequence[Memory]) -> None:
        """Keep that a graph was run, and what is now known of its nodes."""
        if memories:
            self._answered.setdefault(graph, {}).update((memory.node, memory.key) for memory in memories)
            self._write(lambda disk: disk.remember(memories))
        if graph:
            self._write(lambda disk: disk.visit(graph))

    def file_digest(self, path: Path) -> str:
        """The digest of a file's content, remembered as long as size, time and inode are the same."""
        status = path.stat()
        place = (str(path), f"{status.st_size} {status.st_mtime_ns} {status.st_ino}")
        known = self._files.get(place) or self._read(lambda disk: disk.file_digest(*place), None)
        if known is None:
            with path.open("rb") as file:
                known = hashlib.file_digest(file, hashlib.blake2b).hexdigest()
            digest = known
            self._write(lambda disk: disk.remember_file(*place, digest))
        self._files[place] = known
        return known

    def _read(self, work: Callable[[Disk], T], otherwise: T) -> T:
        try:
            return self._with_disk(work, otherwise)
        except Troubles as error:
            self._without(f"the store cannot be read: {error}")
            return otherwise

    def _write(self, work: Callable[[Disk], object]) -> None:
        if not self._writes:
            return
        try:
            self._with_disk(work, None)
        except Troubles as error:
            self._writes = False
            self.notes.append(f"the store cannot be written: {error}; new results are kept in memory only")

    def _with_disk(self, work: Callable[[Disk], T], otherwise: T) -> T:
        """Work with the disk; where its index turns out to be damaged or is gone, with one begun anew."""
        if self.disk is None:
            return otherwise
        try:
            return work(self.disk)
        except Troubles as error:
            if not is_damage(error) and not is_moved(error):
                raise
            disk, damaged = self.disk, is_damage(error)
        self._reach(disk.folder, lambda: disk.again(damaged=damaged))
        if damaged and self.disk is not None and not self.disk.set_aside:
            self._tell_anew(disk.folder)
        return work(self.disk) if self.disk is not None else otherwise

    def _reach(self, folder: Path, find: Callable[[], Disk]) -> None:
        self.disk = None
        try:
            self.disk = find()
        except (*Troubles, NewerStoreError) as error:
            self._without(f"the store in {folder} cannot be used: {error}")
            return
        if self.disk.set_aside:
            self._tell_anew(folder)

    def _tell_anew(self, folder: Path) -> None:
        self.notes.append(f"the index of the store in {folder} was damaged and is begun anew")

    def _without(self, reason: str) -> None:
        if self.disk is not None:
            self.disk.close()
        self.disk, self._writes = None, False
        self.notes.append(f"{reason}; this run goes on without it")
