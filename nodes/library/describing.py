"""What a folder or a file is: a pipeline of diffusers, one component, or a single file of weights."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import JsonValue

from graphs.errors import InputError
from graphs.hub import read_hub_model
from nodes.library.components import NAME, PICKLES, find_weights, in_brief, read_table
from nodes.library.recognising import kind_of
from nodes.library.records import PICKLED, UNKNOWN, Description
from nodes.library.weights import dtype_of, read_weights, summed
from nodes.networks.header import quote

PIPELINE, COMPONENT = "model_index.json", "config.json"
UNUSED = ("safety_checker", "feature_extractor")
"""Components that nothing of ours reads, and that may be absent."""

SETTINGS = (
    ("Scheduler", ("scheduler_config.json",)),
    ("Tokenizer", ("tokenizer.json", "tokenizer_config.json", "vocab.json", "spiece.model")),
    ("Processor", ("preprocessor_config.json", "processor_config.json")),
    ("FeatureExtractor", ("preprocessor_config.json",)),
)
"""Components without weights, by a part of their class, and the files of which one has to be there."""

PAIR = 2


def describe_folder(folder: Path) -> Description:
    """A folder with `model_index.json` or `config.json`; `UNKNOWN` where it has neither, or what it has is broken."""
    try:
        if (folder / PIPELINE).is_file():
            return _pipeline(folder, read_table(folder / PIPELINE))
        return _component(folder, read_table(folder / COMPONENT))
    except (InputError, OSError) as error:
        return Description(trouble=in_brief(error))


def describe_file(path: Path) -> Description:
    """A file of weights; a pickle is told and not opened."""
    if path.suffix.lower() in PICKLES:
        trouble = "a pickle, which can run any code when it is loaded, is not read"
        return Description(PICKLED, trouble=trouble)
    try:
        weights = read_weights(path)
    except (InputError, OSError) as error:
        return Description(trouble=in_brief(error))
    return Description(kind_of(weights), dtype_of(weights.sizes), sum(weights.sizes.values()))


def _pipeline(folder: Path, index: Mapping[str, JsonValue]) -> Description:
    all_sizes, missing = [], []
    for name, value in index.items():
        if name.startswith("_") or name in UNUSED or not isinstance(value, list) or len(value) != PAIR:
            continue
        kind = value[1]
        if not isinstance(kind, str):
            continue  # a pipeline may do without
        if not NAME.fullmatch(name):
            missing.append(f"{quote(name)}: a component must lie in the folder")
            continue
        sizes, gone = _part(folder / name, name, kind)
        all_sizes.append(sizes)
        missing += gone
    sizes = summed(all_sizes)
    kind = str(index.get("_class_name") or "pipeline")
    return Description(kind, dtype_of(sizes), sum(sizes.values()), tuple(missing), origin=_origin(index))


def _part(folder: Path, name: str, kind: str) -> tuple[dict[str, int], list[str]]:
    """Bytes by dtype of a component, and what is missing of it."""
    if not folder.is_dir():
        return {}, [f"{name}: the whole folder"]
    for part, files in SETTINGS:
        if part in kind:
            there = any((folder / file).is_file() for file in files)
            return {}, [] if there else [f"{name}: {' or '.join(files)}"]
    found = find_weights(folder, name)
    settings = [] if (folder / COMPONENT).is_file() else [f"{name}: {COMPONENT}"]
    return found.sizes, [*settings, *found.missing]


def _component(folder: Path, settings: Mapping[str, JsonValue]) -> Description:
    found = find_weights(folder)
    architectures = settings.get("architectures")
    named = architectures[0] if isinstance(architectures, list) and architectures else UNKNOWN
    kind = str(settings.get("_class_name") or named)
    return Description(kind, dtype_of(found.sizes), sum(found.sizes.values()), found.missing, origin=_origin(settings))


def _origin(settings: Mapping[str, JsonValue]) -> str:
    """The hub's model that the settings say they come from."""
    named = settings.get("_name_or_path")
    model = read_hub_model(named) if isinstance(named, str) and "/" in named else None
    return str(model) if model is not None else ""
