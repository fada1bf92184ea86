"""Opening a pack: judged before anything is written, then unpacked into a folder named by its content."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from graphs.document.reading import LARGEST_TEXT, parse_json
from graphs.faults import brief
from graphs.home import workspace_folder
from graphs.manifest import PACK, Manifest, PackedFile, digest_of, file_digest, new_digest
from graphs.zips import GRAPH, MANIFEST, NAME, entries_of, judged, read_parts, refuse


@dataclass(frozen=True)
class Unpacked:
    """A pack's graph as text, what it says of itself, and the folder that its files lie in."""

    graph: bytes
    manifest: Manifest
    folder: Path


def packs_folder() -> Path:
    """Where packs are unpacked."""
    return workspace_folder() / "packs"


def unpack(path: Path) -> Unpacked:
    """Unpack a pack, or find it unpacked and whole; `InputError` where it is damaged or no pack.

    Nothing is written before names, sizes and contents' list are judged, and nothing outside the packs' folder.
    """
    with judged(path), zipfile.ZipFile(path) as archive:
        entries = entries_of(archive, path)
        graph, listing = (_small(archive, entries, name) for name in (GRAPH, MANIFEST))
        manifest = _manifest(listing)
        if digest_of(graph) != manifest.graph:
            refuse("the pack is damaged: its graph is not the one that was packed", GRAPH)
        files = _listed(manifest, entries)
        folder = packs_folder() / digest_of(listing)
        if not _is_whole(folder, files):
            _write(archive, entries, files, {GRAPH: graph, MANIFEST: listing}, folder)
    return Unpacked(graph, manifest, folder)


def _small(archive: zipfile.ZipFile, entries: Mapping[str, zipfile.ZipInfo], name: str) -> bytes:
    """The content of the graph or of the manifest."""
    if name not in entries:
        refuse(f"this is a zip, but no pack: it holds no {name}")
    if entries[name].file_size > LARGEST_TEXT:
        refuse("the text is too large", name, f"{entries[name].file_size} bytes", f"at most {LARGEST_TEXT} bytes")
    return b"".join(read_parts(archive, entries[name]))


def _manifest(text: bytes) -> Manifest:
    raw = parse_json(text)
    version = raw.get("pack") if isinstance(raw, dict) else None
    if isinstance(version, int) and version > PACK:
        refuse("the pack was written by a newer Noiseloom", MANIFEST, f"format {version}", f"up to {PACK}")
    try:
        return Manifest.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        return refuse(f"the pack's list of contents cannot be read: {first['msg']}", MANIFEST, place)


def _listed(manifest: Manifest, entries: Mapping[str, zipfile.ZipInfo]) -> dict[str, PackedFile]:
    """The files by their names inside; exactly those that the manifest lists have to be there, of that size."""
    files: dict[str, PackedFile] = {}
    for entry in manifest.files:
        if isinstance(entry.literal, dict):
            name = entry.literal.get("file", "")
            if not NAME.fullmatch(name) or name in files:
                refuse("the pack's list of contents names no file of it", MANIFEST, brief(name))
            files[name] = entry
    for name in sorted(files.keys() - entries.keys()):
        refuse("the pack lists a file that it does not hold", name)
    for name in sorted(entries.keys() - files.keys() - {GRAPH, MANIFEST}):
        refuse("the pack holds a file that it does not list", name)
    for name, entry in files.items():
        if entries[name].file_size != entry.size:
            refuse("the pack is damaged: a file is not as large as listed", name)
    return files


def _is_whole(folder: Path, files: Mapping[str, PackedFile]) -> bool:
    """Whether a pack was unpacked there before and no file has changed since."""
    try:
        return folder.is_dir() and all(
            not (folder / name).is_symlink() and file_digest(folder / name) == entry.digest
            for name, entry in files.items()
        )
    except OSError:
        return False


def _write(
    archive: zipfile.ZipFile,
    entries: Mapping[str, zipfile.ZipInfo],
    files: Mapping[str, PackedFile],
    texts: Mapping[str, bytes],
    folder: Path,
) -> None:
    """Unpack beside the folder, verify, and only then give it its name."""
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".unpacking-") as temporary:
        made = Path(temporary) / "made"
        (made / "files").mkdir(parents=True)
        for name, content in texts.items():
            (made / name).write_bytes(content)
        for name, entry in files.items():
            digest = new_digest()
            with (made / name).open("xb") as to:
                for part in read_parts(archive, entries[name]):
                    digest.update(part)
                    to.write(part)
            if digest.hexdigest() != entry.digest:
                refuse("the pack is damaged: a file is not the one that was packed", name)
        _give_name(made, folder, Path(temporary) / "old", files)


def _give_name(made: Path, folder: Path, aside: Path, files: Mapping[str, PackedFile]) -> None:
    """Put a folder in its place; another process may do the same at the same time."""
    if folder.exists() or folder.is_symlink():
        folder.rename(aside)
    try:
        made.rename(folder)
    except OSError:
        if not _is_whole(folder, files):
            raise
