"""The shift of a flow by the size of the picture, by a scheduler's configuration."""

from __future__ import annotations

import math

from nodes.pretrained.configs import Config, real, whole
from nodes.pretrained.process import Noising
from nodes.processes.flow import Flow


def shifted(noising: Noising, config: Config, tokens: int) -> Noising:
    """The same, with the grid for pictures of so many tokens where the scheduler shifts by their number.

    The shift is e^μ, or μ where the scheduler says "linear"; μ is on the line through (base_image_seq_len, base_shift)
    and (max_image_seq_len, max_shift) (Esser et al. 2024, arXiv:2403.03206). The defaults are diffusers'.
    """
    if not config.get("use_dynamic_shifting"):
        return noising
    first, last = whole(config, "base_image_seq_len", 256), whole(config, "max_image_seq_len", 4096)
    low, high = real(config, "base_shift", 0.5), real(config, "max_shift", 1.15)
    mu = low + (high - low) / (last - first) * (tokens - first)
    return noising._replace(grid=Flow(mu if config.get("time_shift_type") == "linear" else math.exp(mu)))
