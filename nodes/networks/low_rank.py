"""Low-rank adapters (LoRA, Hu et al. 2021, arXiv:2106.09685), each row with a strength of its own.

A layer's weight W acts as W + strength · up · down. The network is shared by all who ask it, so its weights stay as
they are: while an `Applied` is entered, a call of a linear layer or a convolution with one of the adapted weights has
the adapter's part added to its result. That holds for the thread that entered it, and for nobody else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional
from torch.overrides import TorchFunctionMode

from graphs.errors import InputError
from nodes.contracts.changes import Alteration
from nodes.contracts.devices import moved


class Factors(Alteration):
    """An adapter: `down` [r, in] and `up` [out, r] for each adapted weight, by the name of its module."""

    ability = "low_rank"

    def __init__(self, down: Mapping[str, Tensor], up: Mapping[str, Tensor]) -> None:
        self.down, self.up = dict(down), dict(up)


@dataclass(frozen=True)
class Part:
    """What one adapter adds to one weight."""

    down: Tensor
    up: Tensor
    strength: Tensor
    """[B], beside the weights and of their type."""


class Applied(TorchFunctionMode):
    """Adapters at work on a network, each with a strength for each row of the batch that it is given."""

    def __init__(self, network: nn.Module, adapters: Sequence[tuple[Factors, Tensor]]) -> None:
        TorchFunctionMode.__init__(self)
        modules = dict(network.named_modules())
        self.parts: dict[int, list[Part]] = {}
        for factors, strength in adapters:
            for name, down in factors.down.items():
                weight = _weight(modules, name)
                _check(name, weight, down, factors.up[name])
                part = Part(_beside(down, weight), _beside(factors.up[name], weight), _beside(strength, weight))
                self.parts.setdefault(id(weight), []).append(part)

    def __torch_function__(
        self,
        func: Callable[..., Tensor],
        types: Sequence[type],
        args: tuple[object, ...] = (),
        kwargs: Mapping[str, object] | None = None,
    ) -> object:
        result = func(*args, **(kwargs or {}))
        if func is functional.linear:
            x, weight = args[0], args[1]
            for part in self.parts.get(id(weight), ()):
                if isinstance(x, Tensor):
                    result = result + _beside_rows(part.strength, result) * ((x @ part.down.T) @ part.up.T)
        return result


def _beside_rows(strength: Tensor, result: Tensor) -> Tensor:
    return strength.reshape(-1, *(1,) * (result.ndim - 1))


def _beside(tensor: Tensor, weight: Tensor) -> Tensor:
    return moved(tensor.to(weight.dtype), weight.device)


def _weight(modules: Mapping[str, nn.Module], name: str) -> Tensor:
    module = modules.get(name)
    if not isinstance(module, nn.Linear):
        linear = [known for known, found in modules.items() if isinstance(found, nn.Linear)]
        raise InputError(
            "the adapter was made for another network",
            given=f"a layer {name}",
            allowed=f"linear layers of this network, as {', '.join(linear[:3])}",
            mend="choose an adapter of this network",
        )
    return module.weight


def _check(name: str, weight: Tensor, down: Tensor, up: Tensor) -> None:
    if down.ndim != 2 or up.ndim != 2 or (up.shape[0], down.shape[1]) != weight.shape or up.shape[1] != down.shape[0]:  # noqa: PLR2004 - matrices
        raise InputError(
            f"the adapter does not fit the layer {name}",
            given=f"up {list(up.shape)}, down {list(down.shape)}",
            allowed=f"up [{weight.shape[0]}, rank], down [rank, {weight.shape[1]}]",
            mend="choose an adapter of this network",
        )
