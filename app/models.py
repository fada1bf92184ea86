"""`noiseloom models`: the models that are here, for a person or as JSON."""

from __future__ import annotations

from pydantic import JsonValue

from app.storing import readable
from graphs.model_folders import VARIABLE, model_folders
from nodes.library.records import Model
from nodes.library.scanning import find_models


def models_as_json() -> dict[str, JsonValue]:
    """The folders that are looked in, and all that is known of each model."""
    return {
        "folders": [str(folder) for folder in model_folders()],
        "models": [model.plain() for model in find_models()],
    }


def listed_models() -> str:
    """A line for each model, and below it what is missing and where to get it; then the folders."""
    models = find_models()
    width = max((len(model.name) for model in models), default=0)
    lines = [line for model in models for line in _lines(model, width)] or ["no models yet"]
    looked = [f"{folder}{'' if folder.is_dir() else ' (not there)'}" for folder in model_folders()]
    more = f"more folders: {VARIABLE}; a model of the hub: noiseloom models fetch OWNER/NAME"
    return "\n".join([*lines, "", "looked in:", *(f"  {line}" for line in looked), more])


def _lines(model: Model, width: int) -> list[str]:
    found = model.description
    memory = f"{readable(found.memory)} of weights in {found.dtype}" if found.memory else "no weights"
    lines = [f"{model.name:{width}}  {found.kind}, {readable(model.bytes)}, {memory}"]
    lines += [f"  {found.trouble}"] if found.trouble else []
    lines += [f"  missing: {part}" for part in found.missing]
    return [*lines, f"  to get it: {model.remedy}"] if model.remedy else lines
