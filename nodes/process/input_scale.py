"""A process on data that are made smaller first."""

from __future__ import annotations

from typing import Annotated

from graphs import Estimate, Number, node
from nodes.contracts.process import Process
from nodes.processes.input_scaled import InputScaled


@node(cost=Estimate())
def input_scale(
    process: Process, *, scale: Annotated[float, Number(minimum=0.01, maximum=100, scale="log")] = 0.5
) -> Process:
    """The process with data scaled by b before they are noised: x_t = b α x0 + σ ε (Chen 2023, arXiv:2301.10972).

    s' = s/b at every time: log(α/σ) moves by log b. What the network sees is divided by √(b² α² + σ²). On a flow it is
    the shift 1/b. The paper takes b = 1 for small pictures and less the larger they are. Cost: none.
    """
    return InputScaled(process, scale)
