"""The weights of one component's folder, as diffusers and transformers lay them out, and what is missing of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue

from graphs.errors import InputError
from nodes.library.weights import read_weights, summed
from nodes.networks.header import parse_json

LARGEST_TEXT = 16 * 2**20
"""Most bytes of a configuration or of a list of shards that are read."""

INDEX = re.compile(r"\.safetensors\.index(?P<variant>\.\w+)?\.json$", re.ASCII)
"""The end of the name of a list of shards."""

PICKLES = (".bin", ".ckpt", ".pt", ".pth", ".pkl")
SHARD = re.compile(r"-\d{5}-of-\d{5}\.safetensors$")
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*", re.ASCII)
"""What the name of a shard or of a component looks like; none of them leads out of a folder."""


@dataclass(frozen=True)
class Found:
    """The weights that a component's folder holds: bytes by dtype, and what is missing, a phrase each."""

    sizes: dict[str, int]
    missing: tuple[str, ...] = ()


def find_weights(folder: Path, name: str = "") -> Found:
    """The weights of a folder: those without a variant (as `.fp16`) first, one file before shards.

    `name` is what the component is called in what is missing. Only headers are read.
    """
    prefix = f"{name}: " if name else ""
    files = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    whole = [file for file in files if file.endswith(".safetensors") and not SHARD.search(file)]
    listed = [file for file in files if INDEX.search(file)]
    if candidates := [*whole, *listed]:
        first = min(candidates, key=lambda file: (_variant(file), file in listed, file))
        return _sharded(folder, first, prefix) if first in listed else _sizes(folder, [first], prefix)
    if any(SHARD.search(file) for file in files):
        return Found({}, (f"{prefix}the list of shards, *.safetensors.index.json",))
    pickles = [file for file in files if file.endswith(PICKLES)]
    only = f" (only {pickles[0]} is there, a pickle, which is not read)" if pickles else ""
    return Found({}, (f"{prefix}weights, *.safetensors{only}",))


def read_table(path: Path) -> dict[str, JsonValue]:
    """A JSON object; `InputError` for anything else."""
    try:
        if not path.is_file() or path.stat().st_size > LARGEST_TEXT:
            raise InputError("this is no file of settings", where=str(path))
        value = parse_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError("the settings cannot be read", where=str(path), given=str(error)[:80]) from None
    if not isinstance(value, dict):
        raise InputError("the settings are no JSON object", where=str(path))
    return value


def in_brief(error: InputError | OSError) -> str:
    """What is wrong, in a phrase: the place is known where it is told."""
    if isinstance(error, InputError):
        return f"{error.message} ({error.given})" if error.given else error.message
    return error.strerror or str(error)


def _sharded(folder: Path, index: str, prefix: str) -> Found:
    """The shards that a list names; a name that leads elsewhere is none."""
    try:
        table = read_table(folder / index).get("weight_map")
    except InputError as error:
        return Found({}, (f"{prefix}a list of shards that can be read: {in_brief(error)}",))
    names = sorted({str(name) for name in table.values()}) if isinstance(table, dict) else []
    strange = [name for name in names if not NAME.fullmatch(name)]
    if strange or not names:
        return Found({}, (f"{prefix}a list of shards that names files of its folder",))
    absent = tuple(f"{prefix}the shard {name}" for name in names if not (folder / name).is_file())
    found = _sizes(folder, [name for name in names if (folder / name).is_file()], prefix)
    return Found(found.sizes, (*absent, *found.missing))


def _sizes(folder: Path, names: list[str], prefix: str) -> Found:
    all_sizes, missing = [], []
    for name in names:
        try:
            all_sizes.append(read_weights(folder / name).sizes)
        except (InputError, OSError) as error:
            missing.append(f"{prefix}{name} whole: {in_brief(error)}")
    return Found(summed(all_sizes), tuple(missing))


def _variant(file: str) -> str:
    """The variant that a name says, as fp16; nothing for the plain one."""
    found = INDEX.search(file)
    if found is not None and found["variant"]:
        return found["variant"]
    stem = file[: found.start()] if found is not None else file.removesuffix(".safetensors")
    return stem.partition(".")[2]
