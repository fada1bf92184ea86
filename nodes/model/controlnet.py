"""ControlNets."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from torch import Tensor

from graphs import (
    Curve,
    CurveOver,
    Estimate,
    FilePath,
    InputError,
    Known,
    LevelCurve,
    RunContext,
    abilities,
    also,
    needs,
    node,
)
from nodes.contracts.changes import UNCHANGED, Changes, changed
from nodes.contracts.cond import Cond
from nodes.contracts.context import Context
from nodes.contracts.media import Image
from nodes.contracts.model import Asks, Mixer, Model
from nodes.contracts.query import Prediction, Query
from nodes.guidance.branches import values_at
from nodes.networks.dtypes import compute_dtype
from nodes.pretrained.control import PART, ControlNet
from nodes.pretrained.opening import source_of
from nodes.pretrained.parts import Parts

Source: TypeAlias = Annotated[
    str | Path | None, FilePath(folder=True), also("control_net_name", "controlnet_conditioning_model")
]
COLOURS, WHITE = 3, 255


def cost(known: Known) -> Estimate:
    """What the model costs."""
    return Estimate(each=known.input("model").each)


@node(cost=cost, abilities=abilities(like="model"))
def controlnet(
    model: Annotated[Model, needs("controlnet")],
    image: Image,
    *,
    source: Source = None,
    strength: Annotated[
        Curve, CurveOver(minimum=-10, maximum=10, step=0.05), also("controlnet_conditioning_scale", "scale")
    ] = 1.0,
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto",
    allow_pickle: bool = False,
    run: RunContext,
) -> Model:
    """A ControlNet beside the UNet of a checkpoint (Zhang et al. 2023, arXiv:2302.05543, equation 2).

    What the ControlNet makes of the picture (edges, a depth map, a pose, as it was trained for), of x and of the
    prompt is added to the UNet's own features on the way down and in the middle, times `strength`. A curve over the
    noise level lets it act early or late only: where it is 0 the network is not asked. Pictures are uint8 [R, H, W, C]
    in grey or colours and brought to the size of the sample; row r takes the picture `origin mod R`. It acts under the
    positive and the negative condition alike. Several add up.
    Cost: 1 model row per sample, of about half as much work again. At strength 0 the model is asked as it is.
    Errors: no ControlNet at the path; one of another architecture than the checkpoint's.
    """
    if strength == 0:
        return model
    if source is None:
        raise InputError(
            "no ControlNet is chosen",
            where="source",
            allowed="a folder, as diffusers writes it",
            mend='set `source` to {"file": path}',
        )
    found = source_of(Path(source), pickles=allow_pickle)
    kind = found.config(PART).get("_class_name") if found.has(PART) else found.kind
    if kind != "ControlNetModel" or found.config(PART).get("global_pool_conditions"):
        raise InputError(
            "this is no ControlNet that can be used",
            where=str(source),
            given=f"{kind}" + (" of global conditions" if kind == "ControlNetModel" else ""),
            allowed="a ControlNetModel, for Stable Diffusion 1, 2 or XL",
            mend="choose the folder of a ControlNet",
        )
    computed = compute_dtype(dtype, found.stored(PART), run.device)
    return Controlled(model, Parts(found, computed, run.device, run.residents), seen(image), strength)


def seen(image: Image) -> Tensor:
    """Pictures as a ControlNet looks at them, [R, 3, H, W] in [0, 1]."""
    pixels = image.pixels[..., :COLOURS].permute(0, 3, 1, 2).float() / WHITE
    return pixels.expand(-1, COLOURS, -1, -1)


class Controlled(Mixer):
    """A model whose network is told what a ControlNet makes of pictures [R, 3, H, W]."""

    def __init__(self, model: Model, parts: Parts, pictures: Tensor, strength: float | LevelCurve) -> None:
        self.model, self.strength = model, strength
        self.controls = [ControlNet(parts, picture) for picture in pictures]
        self.space, self.abilities = model.space, model.abilities

    def cost(self, s: float) -> float:
        """The model's."""
        return self.model.cost(s)

    def prompt(self, texts: tuple[str, ...], changes: Changes = UNCHANGED) -> Cond:
        """The model's."""
        return self.model.prompt(texts, changes)

    def asks(self, q: Query, ctx: Context) -> Asks:
        """The same question, each row with the ControlNet on its picture, where that counts."""
        strength, chosen = values_at(self.strength, q.s), q.rows.origin % len(self.controls)
        changes = q.changes
        for number, control in enumerate(self.controls):
            own = strength.where(chosen == number, 0.0)
            changes = changed(changes, control, own) if bool(own.any()) else changes
        return [(self.model, replace(q, changes=changes))]

    def combine(self, q: Query, answers: list[Prediction], ctx: Context) -> Prediction:
        """The answer as it is."""
        return answers[0]
