"""Files that a graph names: where they may lie, and which file a literal stands for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue

from graphs.faults import Code
from graphs.home import assets_folder
from graphs.naming import nearest


@dataclass(frozen=True)
class Places:
    """The folder that relative paths begin in, and the other folders that a graph may read from."""

    base: Path
    others: tuple[Path, ...] = ()

    def allows(self, path: Path) -> bool:
        """Whether a resolved path lies in one of the folders."""
        return any(path.is_relative_to(folder.resolve()) for folder in (self.base, *self.others))


@dataclass(frozen=True)
class FileTrouble:
    """Why a literal stands for no file that may be read."""

    code: Code
    message: str
    allowed: str = ""
    mend: str = ""


def find_file(literal: JsonValue, suffixes: tuple[str, ...], places: Places) -> Path | FileTrouble:
    """The file that `{"file": path}` or `"asset:NAME"` stands for; symbolic links are followed before it is judged."""
    if isinstance(literal, dict):
        path = places.base / str(literal.get("file"))
        found = _resolve(path)
        if found is None or not places.allows(found):
            return _forbidden(places)
    elif isinstance(literal, str) and literal.startswith("asset:"):
        folder = assets_folder().resolve()
        path = folder / literal.removeprefix("asset:")
        found = _resolve(path)
        if found is None or not found.is_relative_to(folder):
            return FileTrouble(Code.FILE_FORBIDDEN, "the asset lies outside the assets", mend='use "asset:NAME"')
    else:
        mend = 'download the file yourself and name it as {"file": path}'
        return FileTrouble(Code.HUB_REFUSED, "nothing is fetched from a model hub without consent", mend=mend)
    if suffixes and path.suffix.lower() not in suffixes:
        return FileTrouble(Code.FILE_KIND, "the file is of another kind", " or ".join(suffixes))
    try:
        return found if found.is_file() else _missing(path, found)
    except OSError as error:  # a name longer than names can be, a folder that may not be looked into
        return FileTrouble(Code.FILE_MISSING, f"the file cannot be reached: {error.strerror}")


def _resolve(path: Path) -> Path | None:
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):  # a loop of links, a zero byte in the name
        return None


def _forbidden(places: Places) -> FileTrouble:
    return FileTrouble(
        Code.FILE_FORBIDDEN,
        "the file lies outside the folders that this graph may read",
        allowed=", ".join(str(folder) for folder in (places.base, *places.others)),
        mend="move the file beside the graph, or allow its folder with --allow-read DIR",
    )


def _missing(path: Path, found: Path) -> FileTrouble:
    names = [entry.name for entry in found.parent.iterdir()][:1000] if found.parent.is_dir() else []
    if found.exists():
        return FileTrouble(Code.FILE_MISSING, "this is not a file", mend="name a file")
    by_stem = {Path(name).stem: name for name in names}  # a shared suffix is no likeness
    near = nearest(path.stem, by_stem)
    return FileTrouble(
        Code.FILE_MISSING,
        "there is no such file",
        mend=f"did you mean '{by_stem[near]}'?" if near else f"looked for {path}",
    )
