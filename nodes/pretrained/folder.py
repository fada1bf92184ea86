"""A checkpoint as a folder of components, each with its configuration, as diffusers writes it."""

from __future__ import annotations

import difflib
import math
from collections import Counter
from pathlib import Path

import torch
from pydantic import BaseModel, ConfigDict
from torch import nn

from graphs.errors import InputError
from nodes.networks.header import open_regular, quote, read_header
from nodes.networks.mapped import DTYPES
from nodes.pretrained.configs import Config, read_config
from nodes.pretrained.extra import opened, tokens_of
from nodes.pretrained.source import Source, Tokenizer, still

INDEX = "model_index.json"
"""What lists the components."""
SCHEDULER = "scheduler_config.json"
CONFIGS = ("config.json", SCHEDULER, "preprocessor_config.json", "tokenizer_config.json")
"""The files that hold a component's configuration; a component has one of them."""
LIBRARIES = frozenset({"diffusers", "transformers"})
"""Whose classes are made; a component of any other library is code that came with the checkpoint."""
WEIGHTS = (".safetensors", ".bin", ".json", ".txt", ".model")
"""What counts as a file of a checkpoint."""


class Component(BaseModel):
    """A part of a checkpoint: whose class it is, and its folder's name."""

    model_config = ConfigDict(frozen=True)

    name: str
    library: str
    kind: str


class Folder(Source):
    """A checkpoint's folder; nothing but its lists and configurations is read before a part is asked for.

    Weights are read from safetensors; with `pickles`, a person's explicit choice, from pickles too, of which only the
    tensors are loaded.
    """

    def __init__(self, path: Path, *, pickles: bool = False) -> None:
        self.path, self.pickles = path, pickles
        index = read_config(path / INDEX) if (path / INDEX).is_file() else _single(path)
        self.kind = str(index.get("_class_name", ""))
        self.index = index
        self.components = {entry.name: entry for entry in _components(index)}

    def has(self, name: str) -> bool:
        """Whether there is such a component."""
        return name in self.components

    def settings(self) -> Config:
        """The list of components, in which the pipeline's own settings stand too."""
        return self.index

    def identity(self) -> object:
        """The files' names, sizes and times."""
        files = sorted(path for path in self.path.rglob("*") if path.suffix in WEIGHTS and path.is_file())
        found = [(str(path.relative_to(self.path)), path.stat()) for path in files]
        return str(self.path.resolve()), tuple((name, stat.st_size, stat.st_mtime_ns) for name, stat in found)

    def network(self, name: str, dtype: torch.dtype) -> nn.Module:
        """A component with its weights; by memory map, in this dtype."""
        part, place = self.component(name), self.place(name)
        safe = any(place.glob("*.safetensors"))
        if not safe and not self.pickles:
            raise InputError(
                f"the weights of {name} are no safetensors; a pickle can run any code when it is loaded",
                where=str(place),
                given=", ".join(sorted(path.name for path in place.iterdir())[:4]),
                allowed="a safetensors file, which holds numbers and nothing else",
                mend="fetch the safetensors variant, or set `allow_pickle`, which loads nothing but tensors",
            )
        return still(opened(part.library, part.kind, place, use_safetensors=safe, dtype=dtype))

    def stored(self, name: str) -> torch.dtype:
        """That of the most numbers in the part's first file."""
        path = next(iter(sorted(self.place(name).glob("*.safetensors"))), None)
        if path is None:
            return torch.float32
        with open_regular(path) as stream:
            entries = read_header(stream, path).tensors.values()
        sizes = Counter[str]()
        for entry in entries:
            sizes[entry.dtype] += math.prod(entry.shape)
        common = sizes.most_common(1)
        return DTYPES.get(common[0][0], torch.float32) if common else torch.float32

    def tokenizer(self, name: str) -> Tokenizer:
        """A tokenizer; none that is code of the checkpoint."""
        part = self.component(name)
        return tokens_of(part.library, part.kind, self.place(name))

    def component(self, name: str) -> Component:
        """A component; `InputError` where there is none, or its class is not one of the libraries'."""
        found = self.components.get(name)
        if found is None:
            near = difflib.get_close_matches(name, self.components, n=1)
            raise InputError(
                f"the checkpoint has no component {name}",
                where=str(self.path),
                given=", ".join(self.components),
                mend=f"did you mean {near[0]}?" if near else "fetch the whole checkpoint",
            )
        if found.library not in LIBRARIES:
            raise InputError(
                f"the component {name} is code that came with the checkpoint, which is never run",
                where=str(self.path),
                given=quote(found.library),
                allowed=" or ".join(sorted(LIBRARIES)),
            )
        return found

    def place(self, name: str) -> Path:
        """A component's folder; the checkpoint's own where all lies in one, or it is one component by itself."""
        inner = self.path / name
        return inner if inner.is_dir() else self.path

    def config(self, name: str) -> Config:
        """A component's configuration."""
        place = self.place(name)
        files = (SCHEDULER,) if name == "scheduler" else CONFIGS
        found = next((place / file for file in files if (place / file).is_file()), None)
        if found is None:
            raise InputError(
                f"the component {name} is listed and not there",
                where=str(place),
                allowed=" or ".join(CONFIGS),
                mend="fetch the whole checkpoint",
            )
        return read_config(found)


def _single(path: Path) -> Config:
    """The list of a folder that is one component by itself, as a UNet that was saved alone."""
    if not (path / "config.json").is_file():
        there = ", ".join(sorted(entry.name for entry in path.iterdir())[:8]) if path.is_dir() else "no folder"
        raise InputError(
            "this is no checkpoint",
            where=str(path),
            given=there or "an empty folder",
            allowed=f"a folder with {INDEX}, as diffusers writes it, or one component with its config.json",
            mend="choose the folder that holds the file, or a single .safetensors file",
        )
    kind = str(read_config(path / "config.json").get("_class_name", ""))
    name = {"AutoencoderKL": "vae", "ControlNetModel": "controlnet"}.get(
        kind, "unet" if "UNet" in kind else "transformer"
    )
    scheduled = (path / SCHEDULER).is_file() or (path / "scheduler" / SCHEDULER).is_file()
    scheduler: Config = {"scheduler": ["diffusers", "SchedulerMixin"]} if scheduled else {}
    return {"_class_name": kind, name: ["diffusers", kind], **scheduler}


def _components(index: Config) -> list[Component]:
    found: list[Component] = []
    for name, entry in index.items():
        match entry:
            case [str(library), str(kind)] if not name.startswith("_"):
                found.append(Component(name=name, library=library, kind=kind))
            case _:
                continue
    return found
