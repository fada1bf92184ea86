"""By what the product of an adapter's factors is multiplied: alpha/rank, or alpha/√rank where the file says so."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from graphs.errors import InputError
from nodes.networks.adapter_names import Sides
from nodes.networks.header import MEND, first_problem

SETTINGS = "lora_adapter_metadata"
"""Where diffusers puts the settings of an adapter, as "unet.lora_alpha", into a file's header."""
COMPONENTS = ("unet", "transformer", "text_encoder", "text_encoder_2", "text_encoder_3")


class Settings(BaseModel):
    """What PEFT is told of a component's layers."""

    model_config = ConfigDict(extra="ignore")

    lora_alpha: float | None = None
    alpha_pattern: dict[str, float] = Field(default_factory=dict)
    use_rslora: bool = False

    def scale(self, layer: str, rank: int) -> float:
        """Of a layer, by its name in the component."""
        matching = (alpha for pattern, alpha in self.alpha_pattern.items() if _matches(pattern, layer))
        alpha = next(matching, self.lora_alpha)
        return 1.0 if alpha is None else alpha / (rank**0.5 if self.use_rslora else rank)


def scales_of(sides: Sides, metadata: Mapping[str, str], where: str) -> dict[str, float]:
    """For each layer: by its own alpha, or the header's settings; 1 where neither is there, as if alpha were rank."""
    told = _told(metadata, where)
    found: dict[str, float] = {}
    for layer, down in sides.down.items():
        component, name = _component(layer)
        alpha = sides.alpha.get(layer)
        rank = len(down)
        found[layer] = told[component].scale(name, rank) if alpha is None else float(alpha) / rank
    return found


def _told(metadata: Mapping[str, str], where: str) -> dict[str, Settings]:
    text = metadata.get(SETTINGS)
    try:
        fields: dict[str, object] = {} if text is None else TypeAdapter(dict[str, object]).validate_json(text)
        return {name: Settings.model_validate(_part(fields, name)) for name in ("", *COMPONENTS)}
    except ValidationError as error:
        raise InputError(
            f"the adapter's settings cannot be read: {first_problem(error)}", where=where, mend=MEND
        ) from None


def _part(fields: Mapping[str, object], component: str) -> dict[str, object]:
    """The settings of a component; without one those of the network itself."""
    start = f"{component}." if component else ""
    return {name.removeprefix(start): value for name, value in fields.items() if name.startswith(start)}


def _component(layer: str) -> tuple[str, str]:
    first, _, rest = layer.partition(".")
    return (first, rest) if first in COMPONENTS else ("", layer)


def _matches(pattern: str, layer: str) -> bool:
    """Patterns are read as names, or their ends: an expression from a file could take for ever to match."""
    return f".{layer}".endswith(f".{pattern}")
