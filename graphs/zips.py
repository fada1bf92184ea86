"""Reading a zip that anyone may have made: names, sizes and kinds are judged before a byte is unpacked."""

from __future__ import annotations

import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from graphs.errors import InputError
from graphs.faults import GraphError, brief

GRAPH, MANIFEST = "graph.json", "pack.json"
NAME = re.compile(r"files/[A-Za-z0-9_-][A-Za-z0-9._-]{0,119}", re.ASCII)
"""What the name of a file in a pack looks like; none of them leads out of a folder."""

MOST_FILES = 10_000
LARGEST_PACK = 4 * 2**30
"""Bytes that a pack may unpack to at the most."""

LARGEST_RATIO = 100
"""How many times its packed size a file may be, beyond its first mebibyte."""

CHUNK = 2**20
PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
STRANGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    ValueError,
    LookupError,
    OverflowError,
    NotImplementedError,
    RuntimeError,
)
"""What the standard library raises where a zip is damaged."""


@contextmanager
def judged(path: Path) -> Iterator[None]:
    """Whatever is wrong with a zip is told as the fault of that file."""
    mend = "pack the graph again, or ask for the file again"
    try:
        yield
    except GraphError as error:
        raise InputError(f"the pack cannot be read: {error}", where=str(path), mend=mend) from error
    except InputError as error:
        where = f"{path}, {error.where}" if error.where else str(path)
        raise InputError(error.message, where=where, given=error.given, allowed=error.allowed, mend=mend) from error
    except OSError as error:
        given = error.strerror or str(error)
        raise InputError("the pack cannot be unpacked", where=str(path), given=given) from error
    except STRANGE as error:
        raise InputError("this is no pack, or a damaged one", where=str(path), given=str(error), mend=mend) from error


def refuse(message: str, where: str = "", given: str = "", allowed: str = "") -> NoReturn:
    """Say why a pack is not opened."""
    raise InputError(message, where=where, given=given, allowed=allowed)


def entries_of(archive: zipfile.ZipFile, path: Path) -> dict[str, zipfile.ZipInfo]:
    """The entries by name; refuses what no pack of ours holds."""
    infos = archive.infolist()
    if len(infos) > MOST_FILES:
        refuse("the pack holds too many files", given=str(len(infos)), allowed=f"at most {MOST_FILES}")
    folded: set[str] = set()
    for info in infos:
        _require_plain(info)
        if info.filename.casefold() in folded:
            refuse("the pack holds a name twice", info.filename)
        folded.add(info.filename.casefold())
    total = sum(info.file_size for info in infos)
    if total > LARGEST_PACK:
        refuse("the pack unpacks to too much", given=f"{total} bytes", allowed=f"at most {LARGEST_PACK} bytes")
    if sum(info.compress_size for info in infos) > path.stat().st_size:
        refuse("the pack's entries overlap")
    return {info.filename: info for info in infos}


def _require_plain(info: zipfile.ZipInfo) -> None:
    """A plain file under a name that leads nowhere, packed in a known way and not absurdly small."""
    name = info.filename
    if info.orig_filename != name or not (name in (GRAPH, MANIFEST) or NAME.fullmatch(name)):
        allowed = f"{GRAPH}, {MANIFEST} and files/NAME, without folders in it"
        refuse("the pack holds a name that may lead anywhere", given=brief(info.orig_filename), allowed=allowed)
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
        refuse("the pack holds a link or a device, where only files may be", name)
    if info.flag_bits & 0x1:
        refuse("the pack is encrypted", name)
    if info.compress_type not in PLAIN:
        refuse("the pack is compressed in a way that is not known", name, allowed="stored or deflated")
    if info.file_size > CHUNK + LARGEST_RATIO * info.compress_size:
        refuse("the pack unpacks to far more than it holds", name, f"{info.compress_size} → {info.file_size} bytes")


def read_parts(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """The content of an entry in parts; stops where it is more than declared."""
    read = 0
    with archive.open(info) as file:
        while part := file.read(CHUNK):
            read += len(part)
            if read > info.file_size:
                break
            yield part
    if read != info.file_size:
        refuse("the pack is damaged: a file is not as large as declared", info.filename)
