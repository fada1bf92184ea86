"""The guidance scale that a distilled network is told."""

from __future__ import annotations

from typing import Annotated

import torch

from graphs import Estimate, Number, node
from nodes.contracts.cond import Cond


@node(cost=Estimate())
def distilled(cond: Cond, *, guidance: Annotated[float, Number(minimum=0, maximum=100, step=0.1)] = 3.5) -> Cond:
    """A condition with the scale of guidance that a guidance-distilled network is told, as FLUX.1-dev.

    Such a network answers in one call as another would under classifier-free guidance with that scale (Meng et al.
    2022, arXiv:2210.03142). Nothing said, FLUX is told 3.5, and an LCM 8.5. It holds for this condition only: under
    guidance.cfg beside it give the negative condition a node of its own. Adds the entry "guidance" [R]. Cost: none;
    1 model row per sample where classifier-free guidance takes 2. Errors: the model that is asked was not distilled so.
    """
    return Cond({**cond.entries, "guidance": torch.full((len(cond),), guidance)})
