"""Finding models: in folders of any order, ComfyUI's among them, and in the cache of the hub."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import JsonValue

from graphs.hub import PREFIX, HubModel, read_hub_model, revisions
from graphs.model_folders import hub_cache, model_folders
from nodes.library.components import INDEX, PICKLES
from nodes.library.describing import COMPONENT, PIPELINE, describe_file, describe_folder
from nodes.library.records import PICKLED, Description, Model

DEEPEST = 8
MOST = 20_000
"""Entries of a folder that are looked at."""

CACHED = "models--"
"""The beginning of the name of a model's folder in the cache."""

WEIGHTS = ".safetensors"


def find_models(folders: Sequence[Path] | None = None) -> list[Model]:
    """The models of these folders, or of all that `model_folders` names; each once, by the first name it has."""
    cache, found, seen, names = hub_cache(), list[Model](), set[Path](), set[str]()
    for folder in model_folders() if folders is None else folders:
        for model in _of_cache(folder) if folder == cache else _of_folder(folder):
            place = model.place.resolve()
            if place not in seen:
                found.append(_renamed(model) if model.name in names else model)
            seen.add(place)
            names.add(model.name)
    return found


def _of_folder(root: Path) -> Iterator[Model]:
    for place in _places(root):
        name = place.relative_to(root).as_posix()
        described = describe_folder(place) if place.is_dir() else describe_file(place)
        model = Model(name, {"file": name}, place, _size(place), described, _remedy(described))
        yield _renamed(model) if place == root else model


def _of_cache(cache: Path) -> Iterator[Model]:
    for folder in _entries(cache):
        model = read_hub_model(folder.name.removeprefix(CACHED).replace("--", "/"))
        if not folder.name.startswith(CACHED) or model is None:
            continue
        broken = any(path.name.endswith(".incomplete") for path in _entries(folder / "blobs"))
        unfinished = ("a file of which the download was not finished",) if broken else ()
        commits = revisions(model.name)
        for commit, revision in commits.items():
            named = HubModel(model.name, "" if revision == "main" else revision)
            yield from _of_snapshot(named, folder / "snapshots" / commit, cache, unfinished)
        if unfinished and not commits:
            description = Description(missing=unfinished)
            yield Model(model.name, f"{PREFIX}{model}", folder, _size(folder), description, model.remedy)


def _of_snapshot(model: HubModel, folder: Path, cache: Path, unfinished: tuple[str, ...]) -> Iterator[Model]:
    if _is_model(folder):
        described = describe_folder(folder)
        missing = (*described.missing, *unfinished)
        description = Description(described.kind, described.dtype, described.memory, missing, described.trouble)
        remedy = model.remedy if missing or described.trouble else ""
        yield Model(f"{PREFIX}{model}", f"{PREFIX}{model}", folder, _size(folder), description, remedy)
        return
    for place in _places(folder):
        literal: JsonValue = {"file": place.relative_to(cache).as_posix()}
        described = describe_folder(place) if place.is_dir() else describe_file(place)
        remedy = model.remedy if described.missing or described.trouble else ""
        name = f"{PREFIX}{model}, {place.relative_to(folder).as_posix()}"
        yield Model(name, literal, place, _size(place), described, remedy)


def _remedy(described: Description) -> str:
    """Where to get what a model of no known origin lacks."""
    if not described.missing and not described.trouble:
        return ""
    if described.kind == PICKLED:
        return "get it as safetensors, or convert it where it may do no harm"
    origin = read_hub_model(described.origin) if described.origin else None
    return origin.remedy if origin else "copy it again from where it came from"


def _places(root: Path) -> Iterator[Path]:
    """Folders that are models, and files of weights in the others, by name; hidden ones are left out."""
    waiting, looked = [(root, 0)], 0
    while waiting:
        place, depth = waiting.pop()
        looked += 1
        if looked > MOST:
            return
        if place.is_dir():
            if _is_model(place):
                yield place
            elif depth < DEEPEST:
                waiting += [(entry, depth + 1) for entry in reversed(_entries(place))]
        elif place.suffix.lower() in (WEIGHTS, *PICKLES) and place.is_file():
            yield place


def _is_model(folder: Path) -> bool:
    """Whether a folder is one model: a pipeline, or settings with weights beside them."""
    if (folder / PIPELINE).is_file():
        return True
    return (folder / COMPONENT).is_file() and any(
        path.name.endswith((WEIGHTS, *PICKLES)) or INDEX.search(path.name) for path in _entries(folder)
    )


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    except OSError:
        return []


def _size(place: Path) -> int:
    """Bytes of a file, or of all in a folder."""
    try:
        files = [path for path in place.rglob("*") if path.is_file()] if place.is_dir() else [place]
        return sum(path.stat().st_size for path in files)
    except OSError:
        return 0


def _renamed(model: Model) -> Model:
    """The model by its whole path, where its name means another one."""
    path = str(model.place.absolute())
    return Model(path, {"file": path}, model.place, model.bytes, model.description, model.remedy)
