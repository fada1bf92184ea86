"""The document's file: read with what tells whether it changed, and replaced whole."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NamedTuple, TypeAlias

from graphs.document.reading import LARGEST_TEXT
from graphs.errors import InputError
from graphs.manifest import digest_of

Mark: TypeAlias = tuple[int, int, int]
"""Time, size and inode of a file: while they stay, so does the content."""


MOST_NUMBERS = 10_000


class Content(NamedTuple):
    """What a file held."""

    body: bytes
    digest: str


def mark_of(place: Path) -> Mark | None:
    """The mark of a file; None where there is none."""
    try:
        status = place.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def read(place: Path) -> Content | None:
    """What the file holds; None where there is none. `InputError` where it cannot be read, or is too large."""
    try:
        with place.open("rb") as file:
            body = file.read(LARGEST_TEXT + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        given = error.strerror or str(error)
        raise InputError("the file cannot be read", where=str(place), given=given) from error
    if len(body) > LARGEST_TEXT:
        raise InputError("the graph is too large", where=str(place), allowed=f"{LARGEST_TEXT} bytes")
    return Content(body, digest_of(body))


def replace(place: Path, body: bytes) -> None:
    """Put a new content in the file's place: it holds the old or the new one, never half of one."""
    beside = place.with_name(f".{place.name}.saving")
    try:
        if place.exists() and not os.access(place, os.W_OK):
            raise PermissionError(0, "the file may only be read")
        beside.unlink(missing_ok=True)
        with beside.open("xb") as file:
            if place.exists():
                shutil.copymode(place, beside)
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(place)
    except OSError as error:
        _tidy(beside)
        message, mend = "the graph cannot be saved into its file", "make room or choose another place; no edit is lost"
        raise InputError(message, where=str(place), given=error.strerror or str(error), mend=mend) from error


def make(place: Path, body: bytes) -> bool:
    """Make a file of that name, whole at once; False where there is one already."""
    beside = place.with_name(f".{place.name}.saving")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        beside.unlink(missing_ok=True)
        with beside.open("xb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        return move(beside, place)
    except OSError as error:
        message, given = "the graph cannot be made", error.strerror or str(error)
        raise InputError(message, where=str(place), given=given, mend="make room or choose another place") from error
    finally:
        _tidy(beside)


def make_free(folder: Path, stem: str, body: bytes) -> Path:
    """Make a file of that name, or of that name with a number where it is taken."""
    for number in range(1, MOST_NUMBERS):
        place = folder / f"{stem if number == 1 else f'{stem}-{number}'}.json"
        if make(place, body):
            return place
    raise InputError("there are too many graphs of that name", given=stem, mend="choose another name")


def move(place: Path, to: Path) -> bool:
    """Give a file another name, never that of one that is there: False then. `OSError` where it cannot be."""
    try:
        os.link(place, to)
    except FileExistsError:
        return False
    except OSError:  # a disk without links
        if to.exists():
            return False
        place.rename(to)
    else:
        place.unlink()
    return True


def keep_aside(place: Path, body: bytes) -> Path:
    """Keep a content that is no graph beside its file, before the file is written over."""
    for number in range(1, MOST_NUMBERS):
        aside = place.with_name(f"{place.stem}.damaged-{number}{place.suffix}.txt")
        try:
            with aside.open("xb") as file:
                file.write(body)
        except FileExistsError:
            continue
        except OSError as error:
            given = error.strerror or str(error)
            raise InputError("the damaged file cannot be kept", where=str(aside), given=given) from error
        return aside
    raise InputError("there are too many damaged files", where=str(place), mend="remove some of them")


def _tidy(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return
