"""Low-rank adapters (LoRA, Hu et al. 2021, arXiv:2106.09685), each row with a strength of its own.

A layer's weight W acts as W + strength · up · down. The network is shared by all who ask it, so its weights stay as
they are: while an `Applied` is entered, a call of a linear layer or a convolution with one of the adapted weights has
the adapter's part added to its result. That holds for the thread that entered it, and for nobody else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.overrides import TorchFunctionMode

from graphs.errors import InputError
from nodes.contracts.changes import Alteration, Changes
from nodes.contracts.devices import moved

CONVOLUTION: Callable[..., Tensor] = torch.conv2d
"""What a convolution's module calls."""
MATRIX = 2
"""Axes of a linear layer's weight."""


class Factors(Alteration):
    """An adapter: `down` and `up` for each adapted weight, by the name of its module.

    Of a linear layer down [r, in] and up [out, r]; of a convolution down [r, in, k, k], which is convolved as the layer
    itself, and up [out, r, 1, 1]. Either may be given with or without axes of length 1.
    """

    ability = "low_rank"

    def __init__(self, down: Mapping[str, Tensor], up: Mapping[str, Tensor]) -> None:
        self.down, self.up = dict(down), dict(up)


@dataclass(frozen=True)
class Part:
    """What one adapter adds to one weight."""

    down: Tensor
    up: Tensor
    strength: Tensor
    """[B], or [1] for all rows; beside the weights and of their type."""


class Applied(TorchFunctionMode):
    """Adapters at work on a network, each with a strength for each row of the batch that it is given."""

    def __init__(self, network: nn.Module, adapters: Sequence[tuple[Factors, Tensor]]) -> None:
        TorchFunctionMode.__init__(self)
        modules = dict(network.named_modules())
        self.parts: dict[int, list[Part]] = {}
        for factors, strength in adapters:
            for name in factors.down:
                weight = _weight(modules, name)
                down, up = _shaped(name, weight, factors.down[name], factors.up[name])
                part = Part(beside_weight(down, weight), beside_weight(up, weight), beside_weight(strength, weight))
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
            x = args[0]
            for part in self.parts.get(id(args[1]), ()):
                if isinstance(x, Tensor):
                    result = result + _beside_rows(part.strength, result) * ((x @ part.down.T) @ part.up.T)
        elif func is CONVOLUTION:
            for part in self.parts.get(id(args[1]), ()):
                narrow = func(args[0], part.down, None, *args[3:])
                result = result + _beside_rows(part.strength, result) * functional.conv2d(narrow, part.up)
        return result


def adapters_in(changes: Changes) -> list[tuple[Factors, Tensor]]:
    """The adapters among the changes, with their strengths."""
    found = [(change.alteration, change.strength) for change in changes.values()]
    return [(alteration, strength) for alteration, strength in found if isinstance(alteration, Factors)]


def beside_weight(tensor: Tensor, weight: Tensor) -> Tensor:
    """A tensor where a weight lies, in its type."""
    return moved(tensor.to(weight.dtype), weight.device)


def _beside_rows(strength: Tensor, result: Tensor) -> Tensor:
    return strength.reshape(-1, *(1,) * (result.ndim - 1))


def _weight(modules: Mapping[str, nn.Module], name: str) -> Tensor:
    module = modules.get(name)
    if not isinstance(module, nn.Linear | nn.Conv2d) or (isinstance(module, nn.Conv2d) and module.groups > 1):
        known = [known for known, found in modules.items() if isinstance(found, nn.Linear)]
        raise other_network(name, known)
    return module.weight


def other_network(name: str, known: Sequence[str]) -> InputError:
    """An adapter has a layer that the network, with layers as those known ones, has not."""
    return InputError(
        "the adapter was made for another network",
        given=f"a layer {name}",
        allowed=f"linear layers and convolutions of this network, as {', '.join(known[:3])}",
        mend="choose an adapter of this network",
    )


def _shaped(name: str, weight: Tensor, down: Tensor, up: Tensor) -> tuple[Tensor, Tensor]:
    """The factors with as many axes as the weight; `InputError` where they do not fit it."""
    ones = (1,) * (weight.ndim - MATRIX)
    if weight.ndim == MATRIX:
        down, up = (side.flatten(1) if set(side.shape[2:]) <= {1} else side for side in (down, up))
    else:
        down, up = (side if side.ndim > MATRIX else side.reshape(*side.shape, *ones) for side in (down, up))
    wanted = (weight.shape[0], down.shape[0], *ones)
    if down.shape[1:] != weight.shape[1:] or tuple(up.shape) != wanted:
        raise InputError(
            f"the adapter does not fit the layer {name}",
            given=f"up {list(up.shape)}, down {list(down.shape)}",
            allowed=f"up {_named(weight.shape[0], 'rank', *ones)}, down {_named('rank', *weight.shape[1:])}",
            mend="choose an adapter of this network",
        )
    return down, up


def _named(*sizes: int | str) -> str:
    return f"[{', '.join(map(str, sizes))}]"
