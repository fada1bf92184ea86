"""Guidance and posterior models never wait for the device, whatever is stacked; played on a device without numbers."""

from __future__ import annotations

import math

import pytest
import torch

from graphs import LevelCurve, RunContext
from graphs.running.context import Meter
from nodes.contracts.levels import Levels
from nodes.contracts.model import Model
from nodes.contracts.operator import Measurement
from nodes.guidance.apg import apg
from nodes.guidance.cfg import cfg
from nodes.guidance.cfgpp import cfgpp
from nodes.guidance.compose import compose
from nodes.guidance.conditional import conditional
from nodes.levels.karras import karras
from nodes.measurement.ddnm import ddnm
from nodes.measurement.dps import dps
from nodes.measurement.mask import Mask
from nodes.noise.gaussian import gaussian
from nodes.solver.heun import heun
from nodes.solver.sample import sample
from tests.nodes.gaussian import means
from tests.nodes.loops import finish
from tests.nodes.measurement.toys import Smooth
from tests.nodes.waiting import DEVICE, no_waiting

CURVE = LevelCurve(((0.5, 1.0), (2.0, 3.0)), "linear")
GRIDS = {
    "from pure noise": torch.cat([torch.tensor([math.inf]), karras(num_inference_steps=4).s]).double(),
    "rows of their own": torch.stack([karras(num_inference_steps=4, sigma_max=top).s for top in (40.0, 1.0)], 1),
}


class EitherNumber(Mask):
    """A mask over points of two numbers, which are no pictures."""

    def measures(self, event: tuple[int, ...]) -> bool:
        return event == (2,)


LEAF, TOWARD, AWAY = Smooth(), means(1.0, 2.0).to(DEVICE), means(-1.0).to(DEVICE)
MASK = EitherNumber(torch.tensor([[1.0, 0.0], [0.0, 1.0]]))
SEEN = Measurement(torch.zeros(2, 2), 0.3)
MODELS: dict[str, Model] = {
    "interval": cfg(LEAF, TOWARD, AWAY, sigma_min=0.1, sigma_max=5.0),
    "cfgpp": cfgpp(LEAF, TOWARD, AWAY),
    "apg": apg(LEAF, TOWARD, AWAY),
    "apg by a curve": apg(LEAF, TOWARD, AWAY, guidance_scale=CURVE),
    "compose": compose((conditional(LEAF, TOWARD), LEAF), LEAF, mode="product"),
    "ddnm of apg": ddnm(apg(LEAF, TOWARD, AWAY), MASK, SEEN),
    "dps of cfg": dps(cfg(LEAF, TOWARD, AWAY), MASK, SEEN, form="score"),
    "dps of apg by steps": dps(apg(LEAF, TOWARD, AWAY), MASK, SEEN),
}


@pytest.mark.parametrize("levels", GRIDS.values(), ids=GRIDS)
@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_it_never_waits(model: Model, levels: torch.Tensor) -> None:
    noise = gaussian(model, count=4)
    with no_waiting():
        result, _ = finish(sample(noise, model, heun(), Levels(levels), run=RunContext(Meter(), device=DEVICE)))
    assert result.x.device.type == DEVICE
