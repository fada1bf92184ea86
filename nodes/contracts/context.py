"""What a computation is given besides its rows."""

from __future__ import annotations

from dataclasses import dataclass, field

from graphs.running.context import Meter
from nodes.contracts.noise import CounterNoise, Noise


@dataclass(frozen=True)
class Context:
    """The meter, which also raises `Cancelled`, and the noise; nothing in it is row-aligned."""

    meter: Meter
    noise: Noise = field(default_factory=CounterNoise)
