"""Which device computes: `auto`, `cpu`, `cuda`, `cuda:1`, or several, as `cuda:0,cuda:1`."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re

from graphs.errors import InputError

ALLOWED = "auto, cpu, cuda:0, or several with commas between"


def find_device(wanted: str) -> str:
    """The first of the devices that a person means."""
    return find_devices(wanted)[0]


def find_devices(wanted: str) -> list[str]:
    """The devices that a person means; `InputError` where one is not there. `auto` is a GPU where there is one.

    torch is imported only where the answer needs it.
    """
    names = [name.strip() for name in wanted.split(",")]
    wrong = [name for name in names if not re.fullmatch(r"auto|cpu|cuda(:\d+)?", name)]
    if wrong:
        raise InputError("there is no such device", where="--device", given=wrong[0], allowed=ALLOWED)
    return [_find(name) for name in names]


def _find(name: str) -> str:
    if name == "cpu" or (name == "auto" and not _may_have_gpu()):
        return "cpu"
    import torch  # slow, and only needed to count the GPUs

    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if name == "auto":
        return "cuda:0" if count else "cpu"
    number = int(name.partition(":")[2] or 0)
    if number >= count:
        given = f"{name}; torch sees {count} GPUs"
        raise InputError("there is no such device", where="--device", given=given, allowed=ALLOWED, mend="use cpu")
    return f"cuda:{number}"


def _may_have_gpu() -> bool:
    """Whether the installed torch could use a GPU at all; a build for the CPU alone says so in its version."""
    return importlib.util.find_spec("torch") is not None and "+cpu" not in importlib.metadata.version("torch")
