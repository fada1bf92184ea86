"""A part of a single file, read off the names and shapes of its tensors."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from torch import Tensor

from nodes.pretrained.configs import Config

Tensors: TypeAlias = Mapping[str, Tensor]
"""Tensors by name. Where only shapes are looked at, nothing of a mapped file is read."""
Rules: TypeAlias = Sequence[tuple[str, str]]
"""What a part of a name, a regular expression, is called instead; tried in order."""


@dataclass(frozen=True)
class Part:
    """A component: whose class it is, its configuration, and its tensors under the names of that class."""

    library: str
    kind: str
    config: Config
    tensors: Tensors


def beneath(tensors: Tensors, *prefixes: str) -> dict[str, Tensor]:
    """The tensors whose names begin with the first of the prefixes that any begins with, without it."""
    for prefix in prefixes:
        found = {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
        if found:
            return found
    return {}


def renamed(name: str, rules: Rules) -> str:
    """The name after all rules."""
    for pattern, instead in rules:
        name = re.sub(pattern, instead, name)
    return name


def count(names: Iterable[str], prefix: str) -> int:
    """How many numbers stand behind a prefix: 0, 1, … in `prefix.0.weight`, `prefix.1.weight`, …."""
    pattern = re.compile(re.escape(prefix) + r"\.(\d+)\.")
    return len({found[1] for name in names if (found := pattern.match(name))})
