"""The files of results: what a value is saved as, under which name; nothing that is there is ever overwritten."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from graphs.errors import InputError
from graphs.media import File, Savable
from graphs.parts import encode, parts_of

MOST_TRIES = 1_000_000


def files_of(value: object) -> tuple[File, ...]:
    """The files that a value is saved as: its own, or else one that holds its tensors and numbers."""
    return value.files() if isinstance(value, Savable) else (_packed(value),)


def file_stems(name: str, suffixes: Sequence[str]) -> list[str]:
    """The names of an output's files without their suffix; those of a batch, of one suffix, are numbered."""
    plain = name.replace("/", ".")
    counts, numbers = Counter(suffixes), dict.fromkeys(suffixes, 0)
    stems = []
    for suffix in suffixes:
        digits = max(2, len(str(counts[suffix] - 1)))
        stems.append(plain if counts[suffix] == 1 else f"{plain}-{numbers[suffix]:0{digits}}")
        numbers[suffix] += 1
    return stems


def output_name(node: str, port: str, count: int) -> str:
    """What an output is called, of a node that has so many."""
    return node if count == 1 else f"{node}.{port}"


def write_new(folder: Path, stem: str, suffix: str, content: bytes) -> Path:
    """Write a file under a name that is not taken: stem, then stem-2, stem-3, …"""
    for path in _names(folder, stem, suffix):
        try:
            with path.open("xb") as file:
                file.write(content)
        except FileExistsError:
            continue
        except OSError as error:
            path.unlink(missing_ok=True)
            message, given = "a result cannot be written", error.strerror or str(error)
            raise InputError(message, where=str(path), given=given, mend="choose another --out") from error
        return path
    raise InputError("the folder for results is full", where=str(folder), mend="choose another --out")


def write_only(path: Path, content: bytes) -> None:
    """Write a file under that very name; `InputError` where it is taken."""
    with new_file(path) as file:
        file.write(content)


@contextmanager
def new_file(path: Path) -> Iterator[IO[bytes]]:
    """A file of that very name to write to; `InputError` where it is taken or cannot be written."""
    try:
        with path.open("xb") as file:
            yield file
    except FileExistsError as error:
        message = "there is a file of that name already"
        raise InputError(message, where=str(path), mend="choose another --out") from error
    except OSError as error:
        given = error.strerror or str(error)
        raise InputError(
            "the file cannot be written", where=str(path), given=given, mend="choose another --out"
        ) from error


def _names(folder: Path, stem: str, suffix: str) -> Iterator[Path]:
    yield folder / f"{stem}{suffix}"
    for number in range(2, MOST_TRIES):
        yield folder / f"{stem}-{number}{suffix}"


def _packed(value: object) -> File:
    """Data that has no files of its own, as safetensors: the tensors, and the tree in the metadata."""
    return File(".safetensors", encode(parts_of(value)))
