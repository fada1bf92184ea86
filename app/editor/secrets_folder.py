"""The folder that only its owner can read: `NOISELOOM_HOME/editor`, and small secret files in it."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from graphs.errors import InputError
from graphs.home import home_folder

SECRET_BYTES = 32


def editor_folder() -> Path:
    """The editor's folder, made if needed, and closed to other users."""
    folder = home_folder() / "editor"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
    except OSError as error:
        mend = "set NOISELOOM_HOME to a folder of your own"
        raise InputError(
            "the editor's folder cannot be made", where=str(folder), given=error.strerror or "", mend=mend
        ) from error
    return folder


def cookie_secret(folder: Path) -> bytes:
    """The secret that sessions are signed with: kept, so that a page stays signed in over a restart."""
    path = folder / "secret"
    try:
        kept = path.read_bytes()
    except FileNotFoundError:
        kept = b""
    if len(kept) == SECRET_BYTES and not path.is_symlink():
        path.chmod(0o600)
        return kept
    made = secrets.token_bytes(SECRET_BYTES)
    write_secretly(path, made)
    return made


def write_secretly(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; nobody else could read it at any moment."""
    draft = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
