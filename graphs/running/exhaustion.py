"""Memory that ran out: how to know it among errors, what to say of it and what to give back."""

from __future__ import annotations

import gc
import re
import sys

ON_CPU = "not enough memory: you tried to allocate"
"""How torch says it of the CPU, in a plain `RuntimeError`."""

ASKED = re.compile(r"(?:tried to allocate|you tried to allocate) ([\d.]+ ?[KMGT]?i?B|\d+ bytes)", re.IGNORECASE)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out, of a GPU or of the machine."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True  # torch's own, known by name: torch is not imported for it
    return isinstance(error, RuntimeError) and ON_CPU in str(error)


def give_back() -> None:
    """Give memory that nothing uses back to the GPUs and to the system."""
    gc.collect()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_initialized():
        torch.cuda.empty_cache()
