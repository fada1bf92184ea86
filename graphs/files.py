"""Files and folders that a graph names: where they may lie, and which of them a literal stands for."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from pydantic import JsonValue

from graphs.faults import Code
from graphs.folders import FolderError, folder_digest, folder_files
from graphs.home import assets_folder
from graphs.hub import ALLOWED, NEWEST, PREFIX, own_folder, read_hub_model, revisions, snapshot
from graphs.naming import listing, nearest


@dataclass(frozen=True)
class Places:
    """The folder that relative paths begin in, and the other folders that a graph may read from.

    What does not lie in the first is looked for in `models`, the folders of the model library.
    """

    base: Path
    others: tuple[Path, ...] = ()
    models: tuple[Path, ...] = ()

    def allows(self, path: Path) -> bool:
        """Whether a resolved path lies in one of the folders."""
        return any(path.is_relative_to(folder.resolve()) for folder in (self.base, *self.others, *self.models))

    def files_of(self, folder: Path) -> dict[str, Path]:
        """The files of a resolved folder by name; `FolderError` where a link in it leads out of what may be read.

        Links of the hub's cache may lead to what that keeps of the same model.
        """
        roots = [place.resolve() for place in (self.base, *self.others, *self.models)]
        roots += [folder, *filter(None, [own_folder(folder)])]
        return folder_files(folder, lambda path: any(path.is_relative_to(root) for root in roots))

    def digest_of(self, path: Path, digest_of: Callable[[Path], str]) -> str:
        """The digest of a file or of all of a folder; raises as `files_of` does, or an `OSError`."""
        return folder_digest(self.files_of(path), digest_of) if path.is_dir() else digest_of(path)

    def model_name(self, literal: JsonValue) -> str:
        """What a file that was found is called in the model library; nothing where it does not come from there."""
        if not isinstance(literal, dict):
            return ""
        path = Path(str(literal.get("file")))
        lexical = Path(os.path.normpath(self.base.absolute() / path))
        for folder in self.models:
            if lexical.is_relative_to(folder):
                return lexical.relative_to(folder).as_posix()
        return "" if path.is_absolute() or lexical.exists() else path.as_posix()


@dataclass(frozen=True)
class FileTrouble:
    """Why a literal stands for no file that may be read."""

    code: Code
    message: str
    allowed: str = ""
    mend: str = ""


class _Place(NamedTuple):
    """A path as it is written, and where it leads."""

    path: Path
    found: Path


def find_file(
    literal: JsonValue, suffixes: tuple[str, ...], places: Places, *, folder: bool = False
) -> Path | FileTrouble:
    """The file that a literal stands for; symbolic links are followed before it is judged.

    `folder` allows a folder, too, and a model of the hub, `"hub:OWNER/NAME@REVISION"`, which is one in the cache.
    """
    try:
        place = _place(literal, places, folder=folder)
        if isinstance(place, FileTrouble):
            return place
        path, found = place
        if folder and found.is_dir():
            return _checked(found, places)
        if suffixes and path.suffix.lower() not in suffixes:
            also = " or a folder" if folder else ""
            return FileTrouble(Code.FILE_KIND, "the file is of another kind", " or ".join(suffixes) + also)
        return found if found.is_file() else _missing(place, places, folder=folder)
    except OSError as error:  # a name longer than names can be, a folder that may not be looked into
        return FileTrouble(Code.FILE_MISSING, f"the file cannot be reached: {error.strerror}")


def _place(literal: JsonValue, places: Places, *, folder: bool) -> _Place | FileTrouble:
    if isinstance(literal, dict):
        return _on_disk(str(literal.get("file")), places)
    if isinstance(literal, str) and literal.startswith("asset:"):
        assets = assets_folder().resolve()
        path = assets / literal.removeprefix("asset:")
        found = _resolve(path)
        if found is None or not found.is_relative_to(assets):
            return FileTrouble(Code.FILE_FORBIDDEN, "the asset lies outside the assets", mend='use "asset:NAME"')
        return _Place(path, found)
    return _of_hub(str(literal), folder=folder)


def _on_disk(name: str, places: Places) -> _Place | FileTrouble:
    path = places.base / name
    found = _resolve(path)
    if found is not None and places.models and not Path(name).is_absolute() and not found.exists():
        tried = [(folder / name, _resolve(folder / name)) for folder in places.models]
        there = ((one, resolved) for one, resolved in tried if resolved is not None and resolved.exists())
        path, found = next(there, (path, found))
    return _forbidden(places) if found is None or not places.allows(found) else _Place(path, found)


def _of_hub(literal: str, *, folder: bool) -> _Place | FileTrouble:
    model = read_hub_model(literal)
    if model is None:
        return FileTrouble(Code.HUB_MISSING, "this names no model of a hub", allowed=ALLOWED)
    if not folder:
        mend = f'name a file of it, which {PREFIX} does not, as {{"file": path}}'
        return FileTrouble(Code.FILE_KIND, "a model of a hub is a folder, and this takes a file", mend=mend)
    found = snapshot(model)
    if found is not None:
        return _Place(found, found)
    here = list(revisions(model.name).values())
    wanted = f"revision {model.revision or NEWEST}" if here else "the model"
    message = f"{wanted} is not in the cache of the hub, {model.folder.parent}"
    return FileTrouble(Code.HUB_MISSING, message, f"what is there: {listing(here)}" if here else "", model.remedy)


def _checked(folder: Path, places: Places) -> Path | FileTrouble:
    """The folder, if all that is in it may be read."""
    try:
        places.files_of(folder)
    except FolderError as error:
        return FileTrouble(error.code, str(error), mend="copy what it needs into the folder, or name another")
    return folder


def _resolve(path: Path) -> Path | None:
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):  # a loop of links, a zero byte in the name
        return None


def _forbidden(places: Places) -> FileTrouble:
    return FileTrouble(
        Code.FILE_FORBIDDEN,
        "the file lies outside the folders that this graph may read",
        allowed=", ".join(str(folder) for folder in (places.base, *places.others, *places.models)),
        mend="move the file beside the graph, or allow its folder with --allow-read DIR",
    )


def _missing(place: _Place, places: Places, *, folder: bool) -> FileTrouble:
    path, found = place
    names = [entry.name for entry in found.parent.iterdir()][:1000] if found.parent.is_dir() else []
    kind = "file or folder" if folder else "file"
    if found.exists():
        return FileTrouble(Code.FILE_MISSING, f"this is not a {kind}", mend=f"name a {kind}")
    by_stem = {Path(name).stem: name for name in names}  # a shared suffix is no likeness
    near = nearest(path.stem, by_stem)
    library = " and in the folders of models" if places.models and path.is_relative_to(places.base) else ""
    return FileTrouble(
        Code.FILE_MISSING,
        f"there is no such {kind}",
        mend=f"did you mean '{by_stem[near]}'?" if near else f"looked for {path}{library}",
    )
