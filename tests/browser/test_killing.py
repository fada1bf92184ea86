"""The whole server, killed at fifty moments while a page edits: what it acknowledged is there, and nothing twice."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import JsonValue

from app.editor.edits import read_operation
from app.editor.tokens import Tokens
from graphs.document.model import Document
from graphs.document.operations import apply
from graphs.document.writing import dumps
from tests.browser.plain_page import PlainPage, Told

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are not forked there")

MOMENTS = 50
AHEAD = 12
"""Edits that a page makes at once, and once more just before the server is killed."""


class Nursery:
    """Starts servers for one document, each in no time, and kills them."""

    def __init__(self, home: Path) -> None:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.browser.nursery"],
            env={**os.environ, "NOISELOOM_HOME": str(home), "NICEGUI_STORAGE_PATH": str(home / "nicegui")},
            stdin=pipe,
            stdout=pipe,
            text=True,
        )
        port, self.document = self._line().split()
        self.port, self._child = int(port), 0
        tokens = Tokens((home / "editor" / "secret").read_bytes(), self.port)
        cookie = tokens.new_session()
        self._cookie = f"{tokens.cookie}={cookie}"
        self._token = tokens.page_token(tokens.session_of(cookie) or "")

    def start(self) -> None:
        """Start a server; it may not listen yet, but who connects will be heard."""
        assert self._process.stdin is not None
        self._process.stdin.write("start\n")
        self._process.stdin.flush()
        self._child = int(self._line())

    def kill(self) -> None:
        """End the server, wherever it is."""
        os.kill(self._child, signal.SIGKILL)

    def page(self) -> PlainPage:
        """The page, connected; the same tab each time."""
        return PlainPage(self.port, self.document, cookie=self._cookie, token=self._token, client="a tab")

    def close(self) -> None:
        """End the nursery; its servers are dead."""
        self._process.communicate()

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


@pytest.fixture
def nursery(tmp_path: Path) -> Iterator[Nursery]:
    found = Nursery(tmp_path)
    yield found
    found.close()


def operation(number: int) -> JsonValue:
    """What the edit with this number does."""
    add: Told = {"do": "add", "at": "", "id": f"n{number}", "node": {"type": "noise.gaussian"}}
    seed: Told = {"do": "set", "at": "", "id": "n1", "name": "seed", "value": number}
    match number % 8:
        case 1:
            return add
        case 2 | 6:
            return {"do": "move", "at": "", "places": {"n1": {"x": number, "y": -number}}}
        case 3 | 7:
            return {"do": "batch", "operations": [{"do": "title", "name": f"edit {number}"}, seed]}
        case _:
            return seed


def numbers(messages: list[Told]) -> list[int]:
    """The numbers of the edits that these acknowledge."""
    return [int(str(message["number"])) for message in messages if message["kind"] == "edited"]


def test_a_server_killed_at_fifty_moments_loses_no_edit_that_it_acknowledged(nursery: Nursery) -> None:
    chance = random.Random(5)  # noqa: S311 - nothing secret
    documents: list[Document] = []
    acknowledged = sent = lost = 0
    for moment in range(MOMENTS + 1):
        nursery.start()
        if chance.random() < 0.1 and moment < MOMENTS:  # before it has begun
            nursery.kill()
            continue
        with nursery.page() as page:
            first = acknowledged + 1
            for number in range(first, first + AHEAD):  # those that may have arrived, too, as a page does
                page.edit(number, operation(number))
            welcome = page.hear_until("welcome")[-1]
            known = int(str(welcome["acknowledged"]))
            assert acknowledged <= known <= sent
            snapshot = welcome["snapshot"]
            assert isinstance(snapshot, dict)
            if not documents:
                documents.append(Document.model_validate(snapshot["document"]))
            while len(documents) <= known:
                documents.append(apply(documents[-1], read_operation(operation(len(documents)))).document)
            assert snapshot["revision"] == known
            assert snapshot["document"] == json.loads(dumps(documents[known]))
            heard = [message for _ in range(chance.randrange(AHEAD + 1)) for message in page.hear_until("edited")]
            sent = first + 2 * AHEAD - 1
            for number in range(first + AHEAD, sent + 1):
                page.edit(number, operation(number))
            nursery.kill()
            acknowledged = max([known, *numbers(heard), *numbers(page.rest())])
            lost += acknowledged < sent
    assert acknowledged > MOMENTS
    assert lost > MOMENTS // 2, "edits were on their way when it was killed"
