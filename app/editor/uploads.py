"""Files that a browser hands in: judged by what they are, kept in the workspace under a name that leads nowhere."""

from __future__ import annotations

import os
import re
import secrets
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from app.editor.judging import HEAD, LARGEST, Kind, judge, kind_of
from graphs.errors import InputError

FOLDER = "uploads"
"""The folder of the workspace that they lie in."""

LONGEST_NAME = 50
"""Characters of a name, so that its bytes fit into any file system."""

MOST_TRIES = 10_000
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)
"""Names that mean a device on some systems."""


@dataclass(frozen=True)
class Upload:
    """A file that was taken in: where it lies, as a graph in the workspace names it, and what it is."""

    path: Path
    name: str
    kind: Kind
    size: int


class Incoming:
    """A file on its way in, a part at a time; `finish` judges it and gives it its name, `drop` forgets it."""

    def __init__(self, workspace: Path, filename: str) -> None:
        self._folder = upload_folder(workspace)
        self._workspace, self._filename, self._where = workspace, filename, shown(filename)
        self._draft = self._folder / f".incoming-{secrets.token_hex(8)}"
        self._file = self._draft.open("xb")
        self._head, self._size = b"", 0

    def add(self, part: bytes) -> None:
        """The next part. `InputError` as soon as the file is too large for what it is, or nothing that is taken."""
        self._head = (self._head + part[:HEAD])[:HEAD] if len(self._head) < HEAD else self._head
        self._size += len(part)
        kind = kind_of(self._head, self._where) if len(self._head) == HEAD else None
        most = LARGEST[kind] if kind else max(LARGEST.values())
        if self._size > most:
            allowed = f"at most {most // 2**20} MiB"
            raise InputError("the file is too large", where=self._where, allowed=allowed)
        self._file.write(part)

    def finish(self) -> Upload:
        """The file in its place; `InputError` where it is not what is taken."""
        self._file.close()
        kind = kind_of(self._head, self._where)
        judge(kind, self._draft, self._size, self._where)
        path = free_place(self._folder, safe_stem(self._filename), kind.suffix)
        self._draft.replace(path)  # over the empty file that keeps the name for us
        return Upload(path, path.relative_to(self._workspace).as_posix(), kind, self._size)

    def drop(self) -> None:
        """Forget what came so far; nothing is left of it. Does nothing after `finish`."""
        self._file.close()
        self._draft.unlink(missing_ok=True)


def accept(workspace: Path, filename: str, content: bytes | Iterable[bytes]) -> Upload:
    """Take a PNG, JPEG, WebP, JSON or safetensors file into the workspace, or say why not: `InputError`."""
    incoming = Incoming(workspace, filename)
    try:
        for part in [content] if isinstance(content, bytes) else content:
            incoming.add(part)
        return incoming.finish()
    finally:
        incoming.drop()


def upload_folder(workspace: Path) -> Path:
    """The folder for uploads, made if needed; `InputError` where it leads out of the workspace."""
    folder = workspace / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        given = error.strerror or str(error)
        raise InputError("the folder for uploads cannot be made", where=str(folder), given=given) from error
    if folder.resolve() != workspace.resolve() / FOLDER:
        mend = "remove that link"
        raise InputError("the folder for uploads is a link to somewhere else", where=str(folder), mend=mend)
    return folder


def safe_stem(filename: str) -> str:
    """The name that a file keeps: its last part, of letters, digits, spaces, dots, dashes; never empty or special."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", filename))[-1]
    stem = last.rpartition(".")[0] or last
    kept = "".join(letter if letter.isalnum() or letter in "._- " else "-" for letter in stem)
    kept = kept[:LONGEST_NAME].strip(" .-")
    return f"file-{kept}".rstrip("-") if not kept or RESERVED.fullmatch(kept.partition(".")[0]) else kept


def free_place(folder: Path, stem: str, suffix: str) -> Path:
    """A new empty file: STEM.suffix, STEM-2.suffix, …; one that is there, or a link of that name, is left alone."""
    for number in range(1, MOST_TRIES):
        path = folder / (f"{stem}{suffix}" if number == 1 else f"{stem}-{number}{suffix}")
        try:
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644))
        except FileExistsError:
            continue
        return path
    raise InputError("there are too many files of that name", where=stem, mend="give the file another name")


def shown(filename: str) -> str:
    """A name that came from a browser, as a message may hold it."""
    return "".join(letter if letter.isprintable() else "?" for letter in filename)[:100] or "the file"
