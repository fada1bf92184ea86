"""A process that edits until it is killed: `python -m tests.app.editor.documents.killing FOLDER`.

For each line "COUNT MICROSECONDS" on its input it makes a child that edits, kills it so long after so many edits were
acknowledged, and prints the last revision that was.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from app.editor.documents import session as sessions
from app.editor.documents.opening import open_session
from app.editor.documents.session import Session
from graphs.document.model import Node
from graphs.document.operations import Add, Batch, Move, Operation, SetParameter, Title


def act(session: Session) -> int:
    """The one thing that comes after this revision; the revision that it makes."""
    after = session.revision
    done = None
    if after % 5 == 4:
        done = session.undo("ann")
    elif after % 7 == 6:
        done = session.redo("ann")
    if done is None:
        name = f"n{after}"
        operations: dict[int, Operation] = {
            0: Add(id=name, node=Node(type="x", params={"text": "long " * 40})),
            1: SetParameter(id="b", name="q", value=after),
            2: Move(places={"a": {"x": after}, "b": {"x": -after}}),
            3: Batch(operations=(Title(name=name), Add(id=name, node=Node(type="y", inputs={"p": "a"})))),
        }
        author = "ann" if after % 3 else "ben"
        done = session.edit(operations[after % 4], author=author, client=f"tab of {author}", number=after + 1)
    return done.revision


def edit_for_ever(folder: Path, pipe: int) -> None:
    """Edit, acknowledge, save now and then."""
    sessions.EVERY = 8
    session = open_session("id", folder / "history", folder / "graph.json")
    while True:
        os.write(pipe, b"%d\n" % act(session))
        if session.revision % 3 == 0:
            session.save()


def killed(folder: Path, count: int, microseconds: int) -> int:
    """Kill a child after so many acknowledgements and so much time; the last revision that was acknowledged, or 0."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        try:
            edit_for_ever(folder, write)
        finally:
            os._exit(3)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        lines = [pipe.readline() for _ in range(count)]
        until = time.perf_counter() + microseconds / 1e6
        while time.perf_counter() < until:
            pass
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        lines += pipe.read().splitlines(keepends=True)
    if not os.WIFSIGNALED(status):
        raise SystemExit("the child ended by itself")
    return max((int(line) for line in lines if line.endswith(b"\n")), default=0)


if __name__ == "__main__":
    for line in sys.stdin:
        wanted, pause = line.split()
        print(killed(Path(sys.argv[1]), int(wanted), int(pause)), flush=True)
