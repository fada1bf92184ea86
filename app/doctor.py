"""`noiseloom doctor`: a report on this installation, to read or to paste."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sys
import tempfile
from pathlib import Path

from graphs.catalogue.catalogue import Catalogue
from graphs.errors import InputError
from graphs.home import assets_folder, examples_folder, home_folder
from graphs.running.budgets import VARIABLE, Budgets, in_words

PACKAGES = ("torch", "numpy", "safetensors", "pydantic", "networkx", "pillow", "typer", "rich")


def doctor(catalogue: Catalogue) -> dict[str, str]:
    """Versions, devices, folders and the catalogue, a line each."""
    lines = {"noiseloom": _version("noiseloom"), "python": sys.version.split()[0], "system": platform.platform()}
    lines |= {name: _version(name) for name in PACKAGES}
    lines |= _devices()
    lines |= {
        "home": _folder(home_folder(), writable=True),
        "assets": _folder(assets_folder()),
        "examples": _folder(examples_folder()),
        "node types": f"{len(catalogue.nodes)} from {', '.join(str(package.folder) for package in catalogue.packages)}",
    }
    return lines | {f"broken {file.path.name}": file.error for file in catalogue.broken}


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def _devices() -> dict[str, str]:
    try:
        import torch  # slow, and may itself be what is broken
    except (ImportError, OSError) as error:
        return {"devices": f"torch cannot be imported: {error}"}
    found = {"cpu": f"{os.cpu_count()} cores, {torch.get_num_threads()} threads"}
    gpus = [f"cuda:{index}" for index in range(torch.cuda.device_count())]
    for name in gpus:
        memory = torch.cuda.get_device_properties(name).total_memory / 2**30
        found[name] = f"{torch.cuda.get_device_name(name)}, {memory:.0f} GiB"
    return found | {"weights in memory": _budgets(["cpu", *gpus])}


def _budgets(devices: list[str]) -> str:
    """How much may stay on each device between runs."""
    budgets = Budgets()
    try:
        listed = ", ".join(f"{in_words(budgets.of(device))} on {device}" for device in devices)
    except InputError as error:
        return " ".join(str(error).split())
    return f"up to {listed} ({'as' if os.environ.get(VARIABLE) else 'unless'} {VARIABLE} says)"


def _folder(path: Path, *, writable: bool = False) -> str:
    if not path.is_dir():
        return f"{path} (made when needed)" if writable else f"{path} (missing: install Noiseloom again)"
    if writable:
        try:
            with tempfile.TemporaryFile(dir=path):
                pass
        except OSError as error:
            return f"{path} (cannot be written: {error.strerror})"
    return str(path)
