"""A network with worse weights, row by row: the shared one is never written to.

While a `Spoiled` is entered, a call of a linear layer or a convolution of the network has what the difference of the
weights gives added to its result. That holds for the thread that entered it, and for nobody else.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from hashlib import blake2b

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.overrides import TorchFunctionMode
from torch.utils.weak import WeakIdKeyDictionary

from nodes.contracts.changes import Alteration, Changes
from nodes.contracts.devices import moved
from nodes.contracts.draws import key_of, normals
from nodes.networks.low_rank import CONVOLUTION


class WeightChange(Alteration):
    """What is added to the weights of every linear layer and convolution of a network, by the layer's name."""

    ability = "low_rank"

    @abstractmethod
    def difference(self, name: str, weight: Tensor) -> Tensor:
        """What is added to a weight, float32 on the CPU; a function of the name, the weight and the change alone."""

    @cached_property
    def made(self) -> WeakIdKeyDictionary:
        """The differences so far, by weight; one goes with its weight, as where a network leaves a device."""
        return WeakIdKeyDictionary()

    def of(self, name: str, weight: Tensor) -> Tensor:
        """The difference beside the weight; made once."""
        if weight not in self.made:
            self.made[weight] = moved(
                self.difference(name, weight.detach().cpu().float()).to(weight.dtype), weight.device
            )
        found: Tensor = self.made[weight]
        return found


class WeightNoise(WeightChange):
    """Normal noise of `strength` times the standard deviation of each weight."""

    def __init__(self, strength: float, seed: int) -> None:
        self.strength, self.seed = strength, seed

    def difference(self, name: str, weight: Tensor) -> Tensor:
        """The noise, a function of the seed and the layer's name."""
        return self.strength * weight.std(correction=0) * _drawn(self.seed, name, weight)


class FewerBits(WeightChange):
    """Weights rounded to so many bits, symmetric for each output; `strength` of the way there."""

    def __init__(self, strength: float, bits: int) -> None:
        self.strength, self.bits = strength, bits

    def difference(self, name: str, weight: Tensor) -> Tensor:
        """What rounding changes."""
        rows = weight.flatten(1)
        most = 2 ** (self.bits - 1) - 1
        unit = (rows.abs().amax(1, keepdim=True) / most).clamp_min(torch.finfo(weight.dtype).tiny)
        rounded: Tensor = (rows / unit).round() * unit
        return (self.strength * (rounded - rows)).reshape(weight.shape)


class Dropped(WeightChange):
    """Each weight is left out with the probability `strength`; those that stay are scaled up."""

    def __init__(self, strength: float, seed: int) -> None:
        self.strength, self.seed = strength, seed

    def difference(self, name: str, weight: Tensor) -> Tensor:
        """What is left out, a function of the seed and the layer's name."""
        # A standard normal lies above its quantile with the probability that is wanted.
        quantile = float(torch.special.ndtri(torch.tensor(self.strength, dtype=torch.float64)))
        kept = (_drawn(self.seed, name, weight) > quantile).to(weight.dtype)
        return weight * (kept / (1 - self.strength) - 1)


class Spoiled(TorchFunctionMode):
    """Changes of weights at work on a network, each with a strength for each row of the batch that it is given."""

    def __init__(self, network: nn.Module, changes: Sequence[tuple[WeightChange, Tensor]]) -> None:
        TorchFunctionMode.__init__(self)
        layers = [(name, found) for name, found in network.named_modules() if isinstance(found, nn.Linear | nn.Conv2d)]
        self.names = {id(layer.weight): name for name, layer in layers} if changes else {}
        self.changes = list(changes)

    def __torch_function__(
        self,
        func: Callable[..., Tensor],
        types: Sequence[type],
        args: tuple[object, ...] = (),
        kwargs: Mapping[str, object] | None = None,
    ) -> object:
        result = func(*args, **(kwargs or {}))
        if func is not functional.linear and func is not CONVOLUTION:
            return result
        weight = args[1]
        name = self.names.get(id(weight))
        if name is None or not isinstance(weight, Tensor):
            return result
        for change, strength in self.changes:
            more = func(args[0], change.of(name, weight), None, *args[3:])
            beside = moved(strength.to(result.dtype), result.device).reshape(-1, *(1,) * (result.ndim - 1))
            result = result + beside * more
        return result


def weight_changes_in(changes: Changes) -> list[tuple[WeightChange, Tensor]]:
    """The changes of weights among the changes, with their strengths."""
    found = [(change.alteration, change.strength) for change in changes.values()]
    return [(alteration, strength) for alteration, strength in found if isinstance(alteration, WeightChange)]


def _drawn(seed: int, name: str, weight: Tensor) -> Tensor:
    """Standard normals like a weight."""
    layer = int.from_bytes(blake2b(name.encode(), digest_size=7).digest(), "little")
    drawn = normals(key_of(seed, "weakened", layer, 0), weight.numel())
    return torch.from_numpy(drawn.astype(np.float32)).reshape(weight.shape)
