"""A training in a file, to go on from: weights, their average, the optimiser's moments, the step."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file
from safetensors.torch import save as save_tensors
from torch import Tensor

from graphs.errors import InputError
from nodes.training.trainer import Training

MOMENTS = ("exp_avg", "exp_avg_sq")
"""What AdamW remembers of each parameter, besides the step."""


def write_whole(path: Path, content: bytes) -> None:
    """Write a file at once: it holds the old content or the new one, never half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def save(trainer: Training, path: Path) -> None:
    """Keep a training that has made a step or more."""
    metadata = {"step": str(trainer.step), "training": _described(trainer)}
    write_whole(path, save_tensors({name: tensor.contiguous() for name, tensor in _tensors(trainer).items()}, metadata))


def restore(trainer: Training, path: Path) -> None:
    """Go on from where `save` was: every later step gives what it would have given, bitwise
    on the same machine and with the same threads.

    Raises `InputError` if the file is damaged or of a training with another recipe or network.
    """
    try:
        with safe_open(path, "pt") as file:
            metadata = file.metadata() or {}
            kept: dict[str, Tensor] = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise InputError(
            f"the training cannot go on: {error}", where=str(path), mend="begin in another folder"
        ) from None
    if not _same(metadata.get("training", ""), _described(trainer)):
        problem = "the training in this folder has another recipe or network"
        raise InputError(problem, where=str(path), mend="begin in another folder, or go on as it was begun")
    _begin_moments(trainer)
    for name, tensor in _tensors(trainer).items():
        tensor.copy_(kept[name])
    trainer.step = int(metadata["step"])


def begin_from(trainer: Training, path: Path) -> None:
    """Begin with the weights of another network, wherever the two have one of the same name and shape.

    Raises `InputError` if the file is damaged, and where no weight would be taken.
    """
    try:
        given = load_file(path)
    except (SafetensorError, OSError) as error:
        raise InputError(f"the weights cannot be read: {error}", where=str(path)) from None
    state = trainer.network.state_dict()
    taken = {name: tensor for name, tensor in given.items() if name in state and tensor.shape == state[name].shape}
    if not taken:
        raise InputError("no weight of this file fits the network", where=str(path), mend="begin from another file")
    for name, tensor in taken.items():
        state[name].copy_(tensor)
        trainer.average[name].copy_(tensor)


def _described(trainer: Training) -> str:
    """What must be the same to go on."""
    return f"{trainer.recipe.model_dump_json()}\n{trainer.described}"


def _same(one: str, other: str) -> bool:
    """Whether two descriptions say the same, in whatever order."""
    try:
        first, second = ([json.loads(line) for line in text.splitlines()] for text in (one, other))
    except ValueError:
        return False
    return bool(first == second)


def _begin_moments(trainer: Training) -> None:
    for group in trainer.optimiser.param_groups:
        for parameter in group["params"]:
            moments = {name: torch.zeros_like(parameter) for name in MOMENTS}
            trainer.optimiser.state[parameter] = {"step": torch.tensor(0.0), **moments}


def _tensors(trainer: Training) -> dict[str, Tensor]:
    """Everything that a step changes, by name; the tensors themselves."""
    found = {f"average.{name}": tensor for name, tensor in trainer.average.items()}
    for name, parameter in trainer.network.named_parameters():
        found[f"network.{name}"] = parameter.detach()
        if parameter in trainer.muon.momentum:
            found[f"momentum.{name}"] = trainer.muon.momentum[parameter]
        else:
            found |= {f"{kind}.{name}": tensor for kind, tensor in trainer.optimiser.state[parameter].items()}
    return found
