"""A server that is killed at any moment loses no edit that it acknowledged."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from app.editor.documents.session import Session
from graphs.document.writing import dumps, save
from tests.app.editor.documents.killing import act
from tests.app.editor.documents.sessions import TWO, crash, opened, text

MOMENTS = 50


def go_on(whole: Session, seen: list[str], until: int) -> None:
    """What the document is after each revision where nobody is killed."""
    while len(seen) <= until:
        assert act(whole) == len(seen)
        seen.append(text(whole))


@pytest.mark.skipif(sys.platform == "win32", reason="processes are not forked there")
def test_a_server_killed_at_fifty_moments_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    folder = tmp_path / "killed"
    folder.mkdir()
    save(TWO, folder / "graph.json")
    expected = [dumps(TWO)]
    moments = random.Random(7)  # noqa: S311 - nothing secret
    command = [sys.executable, "-m", "tests.app.editor.documents.killing", str(folder)]
    last = 0
    pipe = subprocess.PIPE
    with (
        opened(tmp_path / "whole", TWO) as whole,
        subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as nursery,
    ):
        whole._keeper.journal._base.execute("PRAGMA synchronous = OFF")  # nothing happens to this one
        assert nursery.stdin is not None
        assert nursery.stdout is not None
        for _ in range(MOMENTS):
            nursery.stdin.write(f"{moments.randrange(7)} {moments.randrange(4_000)}\n")
            nursery.stdin.flush()
            acknowledged = max(int(nursery.stdout.readline()), last)
            with opened(folder) as session:
                last = session.revision
                assert acknowledged <= last <= acknowledged + 1
                go_on(whole, expected, last)
                assert text(session) == expected[last]
                assert session.notes == []
                assert session.place.read_text() in expected, "the file is whole"
                if moments.random() < 0.5:
                    crash(session)
        nursery.stdin.close()
        assert nursery.wait() == 0
    assert last > MOMENTS
    with opened(folder) as session:
        assert [dumps(session.at(revision)) for revision in range(last + 1)] == expected[: last + 1]
