"""Low-rank adapters on the networks of a checkpoint, whatever their files call the layers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

from torch import Tensor, nn

from nodes.contracts.changes import Changes
from nodes.networks.low_rank import Applied, Factors, adapters_in, beside_weight, other_network
from nodes.networks.spoiled import Spoiled, weight_changes_in
from nodes.pretrained.layer_names import MAIN, TEXTS, component_of, spellings, wanted
from nodes.pretrained.parts import Parts

KEPT = 8
"""Adapters that are kept beside the weights they fit."""


class Adapters:
    """Which layers of a checkpoint's networks adapters are for; those used last stay where the networks lie."""

    def __init__(self, parts: Parts, main: str) -> None:
        self.parts, self.main = parts, main
        self._fitted: dict[tuple[str, str], Factors] = {}

    @contextmanager
    def on_network(self, changes: Changes) -> Iterator[None]:
        """The adapters and the changes of weights among the changes at work on the network that is sampled."""
        with self._applied(MAIN, self.main, changes), self._spoiled(changes):
            yield

    @contextmanager
    def _spoiled(self, changes: Changes) -> Iterator[None]:
        found = weight_changes_in(changes)
        if not found:
            yield
            return
        with self.parts.working(self.main) as network, Spoiled(network, found):
            yield

    @contextmanager
    def on_texts(self, changes: Changes) -> Iterator[None]:
        """The adapters among the changes at work on the text encoders; strengths [1] for all texts."""
        with ExitStack() as stack:
            for name in TEXTS:
                if self.parts.source.has(name):
                    stack.enter_context(self._applied(name, name, changes))
            yield

    @contextmanager
    def _applied(self, component: str, part: str, changes: Changes) -> Iterator[None]:
        found = adapters_in(changes)
        if not found or not any(component_of(layer) == component for factors, _ in found for layer in factors.down):
            yield
            return
        with self.parts.working(part) as network:
            own = [(self._fit(component, network, factors), strength) for factors, strength in found]
            with Applied(network, own):
                yield

    def _fit(self, component: str, network: nn.Module, factors: Factors) -> Factors:
        """The adapter's layers of this component, named as in the network, beside its weights."""
        key = (component, factors.digest)
        if key not in self._fitted:
            while len(self._fitted) >= KEPT:
                del self._fitted[next(iter(self._fitted))]
            self._fitted[key] = fitted(factors, component, network)
        else:
            self._fitted[key] = self._fitted.pop(key)  # the last used stand last
        return self._fitted[key]


def fitted(factors: Factors, component: str, network: nn.Module) -> Factors:
    """An adapter's layers of a component by the names of the network's modules; `InputError` where it lacks one."""
    layers = _adaptable(network)
    known = spellings(layers)
    down, up = dict[str, Tensor](), dict[str, Tensor]()
    for layer in factors.down:
        if component_of(layer) != component:
            continue
        name = next((known[spelling] for spelling in wanted(layer) if spelling in known), None)
        if name is None:
            raise other_network(layer, list(layers))
        down[name] = beside_weight(factors.down[layer], layers[name])
        up[name] = beside_weight(factors.up[layer], layers[name])
    return Factors(down, up)


def _adaptable(network: nn.Module) -> Mapping[str, Tensor]:
    return {name: found.weight for name, found in network.named_modules() if isinstance(found, nn.Linear | nn.Conv2d)}
