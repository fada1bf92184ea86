"""Weights in several files, with a list of which tensor lies in which: `NAME.safetensors.index.json`."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from graphs.errors import InputError
from nodes.networks.header import first_problem, open_regular, parse_json, quote
from nodes.networks.mapped import Stored, map_file

LARGEST_INDEX = 2**26
"""Bytes of the largest list that is read."""
SUFFIX = ".safetensors"


class Index(BaseModel):
    """The list: the file of each tensor."""

    model_config = ConfigDict(extra="ignore")

    weight_map: dict[str, str]


def map_shards(path: Path) -> Stored:
    """The tensors of all files that the list at `path` names, mapped.

    Raises `InputError` where the list is none, names a file outside its own folder (by a path, a drive or a link) or
    one that is no safetensors file, or where a tensor is not in the file that the list says.
    """
    index = _read(path)
    stored = {name: map_file(_within(path, name)).tensors for name in sorted(set(index.weight_map.values()))}
    missing = [name for name, file in index.weight_map.items() if name not in stored[file]]
    if missing:
        raise InputError(
            "a tensor is not in the file that the list names",
            where=str(path),
            given=f"{len(missing)} tensors, as {quote(missing[0])} in {quote(index.weight_map[missing[0]])}",
            mend="fetch all files again",
        )
    return Stored({name: stored[file][name] for name, file in index.weight_map.items()}, {})


def shard_names(path: Path) -> list[str]:
    """The names of the files that the list at `path` names; each lies in its folder, and need not be there."""
    names = sorted(set(_read(path).weight_map.values()))
    return [name for name in names if _within(path, name)]


def _read(path: Path) -> Index:
    with open_regular(path) as stream:
        text = stream.read(LARGEST_INDEX + 1)
    if len(text) > LARGEST_INDEX:
        raise InputError("this is no list of weights", where=str(path), given=f"more than {LARGEST_INDEX} bytes")
    try:
        return Index.model_validate(parse_json(text.decode("utf-8")))
    except ValidationError as error:
        problem = first_problem(error)
    except ValueError as error:
        problem = quote(str(error))
    allowed = 'a JSON object with "weight_map": the file of each tensor'
    raise InputError(f"this is no list of weights: {problem}", where=str(path), allowed=allowed, mend="fetch it again")


def _within(index: Path, name: str) -> Path:
    """The path of a file beside the list. A link is followed only as far as the list's own: hubs keep files so."""
    plain = Path(name).name == name and name.endswith(SUFFIX) and not set(name) & set("/\\:\0")
    found = index.parent / name
    if plain and (not found.is_symlink() or index.is_symlink()):
        return found
    raise InputError(
        "a list of weights names a file that it may not name",
        where=str(index),
        given=quote(name) + (", a link" if plain else ""),
        allowed=f"names of {SUFFIX} files beside it, without folders",
        mend="do not use this checkpoint, or fetch it from where you trust",
    )
