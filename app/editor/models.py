"""The models of the library that a parameter takes, for a person to choose from."""

from __future__ import annotations

from pydantic import JsonValue


def offered_models(suffixes: tuple[str, ...], *, folder: bool) -> list[JsonValue]:
    """Name, value in a graph, kind and bytes of each model that fits; those that cannot be read are left out.

    A folder fits where `folder` says so, a file where its suffix is wanted.
    """
    from nodes.library.scanning import find_models  # a person who chooses no model needs none of it

    found: list[JsonValue] = []
    for model in find_models():
        fits = folder if model.place.is_dir() else not suffixes or model.place.suffix.lower() in suffixes
        if fits and not model.description.trouble:
            kind = model.description.kind
            found.append({"name": model.name, "value": model.literal, "kind": kind, "bytes": model.bytes})
    return found
