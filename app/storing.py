"""`noiseloom store`: what is kept, why a node ran, and what may go."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from graphs.errors import InputError
from graphs.naming import listing, suggestion
from graphs.store.disk import Disk, NewerStoreError
from graphs.store.records import Action, Memory
from graphs.store.store import DISK_LIMIT, store_folder

SHORT = 12
"""Characters of a digest that are shown."""


def show_size() -> dict[str, str]:
    """Where the store lies and how much it holds."""
    with _disk() as disk:
        size, pins = disk.size(), disk.pins()
    pinned = f"{len(pins)} results of {', '.join(sorted(set(pins.values())))}" if pins else "none"
    return {
        "folder": str(store_folder()),
        "results": f"{size.contents} of {size.actions} actions",
        "size": f"{readable(size.bytes)} of at most {readable(DISK_LIMIT)}",
        "pinned": pinned,
    }


def clear(*, everything: bool) -> str:
    """Let results go: all that is not pinned, or the whole folder, whatever is in it."""
    if everything:
        shutil.rmtree(store_folder(), ignore_errors=True)
        return f"removed {store_folder()}"
    with _disk() as disk:
        gone = disk.clear()
        kept = disk.size().contents
    return f"{gone} results removed" + (f", {kept} pinned ones kept" if kept else "")


def verify() -> str:
    """Read everything again; take out what is damaged."""
    with _disk() as disk:
        found = disk.verify()
    text = f"{found.good} results are sound"
    text += f", {found.damaged} were damaged and are removed" if found.damaged else ""
    return text + (f", {found.strays} files belonged to nothing and are removed" if found.strays else "")


def why(node: str) -> str:
    """What made a node run last, in every graph that has one of that name."""
    with _disk() as disk:
        memories = _recall(disk, node)
        return "\n\n".join("\n".join(_explained(disk, memory)) for memory in memories)


def pin(node: str) -> str:
    """Keep the last result of a node, whatever else is let go."""
    with _disk() as disk:
        memory = _recall(disk, node)[0]
        action = disk.find([memory.key]).get(memory.key)
        contents = [digest for digest in (action.outputs if action else ()) if digest]
        if len(disk.present(contents)) < len(contents) or not contents:
            raise InputError(f"no result of '{memory.node}' is kept", where="store pin", mend="run the graph again")
        disk.pin(memory.node, contents)
    return f"pinned the result of {memory.node} in {memory.graph}"


def unpin(node: str) -> str:
    """Let a pinned result be treated as any other."""
    with _disk() as disk:
        if not disk.unpin(node):
            pinned = sorted(set(disk.pins().values()))
            mend = suggestion(node, pinned)
            raise InputError(f"'{node}' is not pinned", where="store unpin", allowed=listing(pinned), mend=mend)
    return f"unpinned {node}"


def readable(count: float) -> str:
    """Bytes, for a person."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000 or unit == "GB":  # noqa: PLR2004
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1000
    raise AssertionError


@contextmanager
def _disk() -> Iterator[Disk]:
    folder = store_folder()
    try:
        disk = Disk(folder)
    except (sqlite3.Error, OSError, NewerStoreError) as error:
        mend = "noiseloom store clear --all removes it, with all results"
        raise InputError("the store cannot be used", where=str(folder), given=str(error), mend=mend) from error
    try:
        yield disk
    finally:
        disk.close()


def _recall(disk: Disk, node: str) -> list[Memory]:
    found = disk.recall(node)
    if not found:
        known = disk.nodes_remembered()
        mend = suggestion(node, known) or "run a graph with that node first"
        raise InputError(f"nothing is known of a node '{node}'", where="store", allowed=listing(known), mend=mend)
    return found


def _explained(disk: Disk, memory: Memory) -> list[str]:
    action = disk.find([memory.key]).get(memory.key)
    at = dt.datetime.fromtimestamp(memory.at, tz=dt.UTC).astimezone()
    recipe = json.loads(memory.recipe)
    values = [f"    {name} = {json.dumps(value, ensure_ascii=False)}" for name, value in recipe["params"].items()]
    inputs = [f"    {port} ← {', '.join(map(_brief, found))}" for port, found in recipe["inputs"].items()]
    files = [f"    {name}: content {_brief(found)}" for name, found in recipe.get("files", {}).items()]
    return [
        f"{memory.node} in {memory.graph}",
        f"  ran {at:%Y-%m-%d %H:%M:%S}: {memory.reason or 'never run'}",
        f"  its result: {_kept(disk, action)}",
        f"  key {_brief(memory.key)}, made of",
        f"    {recipe['type']} version {recipe['version']}, code {_brief(recipe['code'])}, {recipe['with']}",
        *values,
        *inputs,
        *files,
    ]


def _kept(disk: Disk, action: Action | None) -> str:
    if action is None:
        return "forgotten; it runs again when it is needed"
    contents = [digest for digest in action.outputs if digest]
    spent = f"{action.seconds:.2f} s" + (f", {action.nfe} NFE" if action.nfe else "")
    if not contents:
        return f"a behaviour, built in {spent} wherever it is needed"
    state = "kept" if len(disk.present(contents)) == len(set(contents)) else "dropped; it runs again when it is needed"
    return f"{state} (took {spent}; {', '.join(map(_brief, contents))})"


def _brief(digest: str) -> str:
    return digest if len(digest) <= SHORT else f"{digest[:SHORT]}…"
