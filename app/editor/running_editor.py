"""The editor that runs already: a small file says where, and it is asked for a link."""

from __future__ import annotations

import http.client
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from app.editor.control import CONTROL_PATH, Granted, Wish, proof_of
from app.editor.ports import ADDRESS
from app.editor.secrets_folder import write_secretly
from app.editor.tokens import same
from graphs.errors import InputError

FILE = "running.json"
PATIENCE = 30.0
"""Seconds to wait for an editor that listens and does not answer yet, as it has only just been started."""


class Running(BaseModel):
    """Where an editor runs, and the secret that only its owner can read."""

    model_config = ConfigDict(extra="forbid", strict=True)
    port: int
    pid: int
    secret: str


@dataclass(frozen=True)
class Invitation:
    """A way into the running editor: once."""

    port: int
    token: str

    @property
    def link(self) -> str:
        """The link, for a person or a browser."""
        return f"http://{ADDRESS}:{self.port}/enter?token={self.token}"


@contextmanager
def announced(folder: Path, port: int) -> Iterator[bytes]:
    """While this lasts, other commands find the editor at that port; gives the secret they share."""
    path = folder / FILE
    mine = Running(port=port, pid=os.getpid(), secret=secrets.token_urlsafe(32))
    write_secretly(path, mine.model_dump_json().encode())
    try:
        yield mine.secret.encode()
    finally:
        if _read(path) == mine:
            path.unlink(missing_ok=True)


def ask_running(folder: Path, graph: str | None) -> Invitation | None:
    """An invitation from the editor of this folder, with the graph open; None where no editor runs.

    `InputError` where it cannot open the graph. What answers without knowing the secret is another program.
    """
    running = _read(folder / FILE)
    if running is None:
        return None
    granted = _ask(running, graph)
    if granted is None:
        return None
    if granted.trouble:
        raise InputError(granted.trouble)
    return Invitation(running.port, granted.token)


def _read(path: Path) -> Running | None:
    try:
        return Running.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def _ask(running: Running, graph: str | None) -> Granted | None:
    secret, nonce = running.secret.encode(), secrets.token_urlsafe(16)
    wish = Wish(graph=graph, nonce=nonce, proof=proof_of(secret, "wish", nonce, json.dumps(graph)))
    connection = http.client.HTTPConnection(ADDRESS, running.port, timeout=PATIENCE)
    try:
        connection.request("POST", CONTROL_PATH, wish.model_dump_json(), {"Content-Type": "application/json"})
        granted = Granted.model_validate_json(connection.getresponse().read(1 << 20))
    except (OSError, http.client.HTTPException, ValidationError):
        return None
    finally:
        connection.close()
    proof = proof_of(secret, "granted", nonce, granted.token, granted.trouble)
    return granted if same(granted.proof, proof) else None
