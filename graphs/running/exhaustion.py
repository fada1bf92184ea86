"""Memory that ran out: how to know it among errors, what to say of it and what to give back."""

from __future__ import annotations

import gc
import os
import re
import sys

from graphs.errors import describe, place_of
from graphs.running.budgets import VARIABLE, in_words

ON_CPU = re.compile("(not enough|can't allocate) memory: you tried to allocate")
"""How torch says it of the CPU, in a plain `RuntimeError`, on one system or another."""

ASKED = re.compile(r"tried to allocate ([\d.]+) ?(bytes|[KMGT]i?B)?", re.IGNORECASE)
FREE = re.compile(r"of which ([\d.]+ ?[KMGT]?i?B) is free", re.IGNORECASE)

KILLED = "memory probably ran out, for the system ends a process like this then"
"""What is said of a process that was killed without a word."""

MEND = (
    "make less at a time (a smaller count), smaller pictures, decode in tiles, let networks compute in float16 or "
    f"bfloat16 where they take a dtype, or set {VARIABLE} lower, so that fewer weights stay on the device"
)
"""What helps."""


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out, of a GPU or of the machine."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True  # torch's own, known by name: torch is not imported for it
    return isinstance(error, RuntimeError) and ON_CPU.search(str(error)) is not None


def explain(error: BaseException, device: str) -> str:
    """What a person is told of memory that ran out: how much was asked for, what is free, what helps."""
    text = str(error)
    on_gpu = device != "cpu" and type(error).__name__ == "OutOfMemoryError"
    asked = ASKED.search(text)
    given = [f"asked for {_amount(asked)}"] if asked else []
    free = FREE.search(text)
    if free is not None:
        given.append(f"{free[1]} free when it was asked for")
    elif not on_gpu and (left := free_memory()):
        given.append(f"{in_words(left)} free now")
    message = f"memory ran out on {device if on_gpu else 'the CPU'} ({type(error).__name__}){place_of(error)}"
    return describe(message, given=", ".join(given), mend=MEND)


def free_memory() -> int:
    """Bytes of the machine's memory that are free; 0 where the system does not say."""
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return 0


def give_back() -> None:
    """Give memory that nothing uses back to the GPUs and to the system."""
    gc.collect()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_initialized():
        torch.cuda.empty_cache()


def _amount(asked: re.Match[str]) -> str:
    number, unit = asked[1].rstrip("."), asked[2]
    return in_words(int(float(number))) if unit is None or unit.lower() == "bytes" else f"{number} {unit}"
