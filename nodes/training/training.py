"""Training step by step: a network, its optimiser, and the average of its weights, which is what is kept."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.optim import AdamW

from nodes.contracts.rows import Rows
from nodes.training.recipe import Pace

Net = TypeVar("Net", bound=nn.Module)


class Training(ABC):
    """A network in training, after `step` steps.

    Each step is a function of the weights, the recipe and the step's number: all chance is drawn by counters, none
    from a generator whose state would have to be kept.
    """

    network: nn.Module
    recipe: Pace

    def __init__(self, network: nn.Module, recipe: Pace) -> None:
        self.network, self.recipe, self.step = network, recipe, 0
        self.rows = Rows.first(recipe.seed, recipe.batch)
        self.average = {name: tensor.detach().clone() for name, tensor in network.state_dict().items()}
        self.optimiser = AdamW(self.groups(), betas=(0.9, 0.99), weight_decay=recipe.weight_decay)

    @property
    @abstractmethod
    def described(self) -> str:
        """What must be the same to go on, a line of JSON each; a network may be told of in other words meanwhile."""

    @abstractmethod
    def loss(self) -> Tensor:
        """The loss of this step, a scalar."""

    def groups(self) -> list[dict[str, object]]:
        """The optimiser's groups of parameters; `times` is how many times faster one learns than the recipe says."""
        return [{"params": list(self.network.parameters()), "times": 1.0}]

    def compile(self) -> None:
        """Compile the part of the network that computes most."""
        self.network.compile()

    def autocast(self) -> torch.autocast:
        """Within it the network computes in the recipe's precision."""
        return torch.autocast("cpu", torch.bfloat16, enabled=self.recipe.precision == "bfloat16")

    def advance(self) -> float:
        """One step; the loss before it."""
        value = self.loss()
        torch.autograd.backward(value)
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), self.recipe.gradient)
        for group in self.optimiser.param_groups:
            group["lr"] = group["times"] * self.recipe.learning_rate_at(self.step)
        self.optimiser.step()
        self.optimiser.zero_grad()
        self._take_average()
        self.step += 1
        return float(value.detach())

    def given_average(self, network: Net) -> Net:
        """Another network of the same shape with the averaged weights, to be used and not trained."""
        network.load_state_dict(self.average)
        return network.eval().requires_grad_(requires_grad=False)

    def _take_average(self) -> None:
        state = self.network.state_dict()
        tensors = [state[name] for name in self.average]
        torch._foreach_lerp_(list(self.average.values()), tensors, 1 - self.recipe.kept_at(self.step))


def fresh(build: Callable[[], Net], seed: int) -> Net:
    """An untrained network; the same for the same seed."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = build()
    for parameter in network.parameters():
        if parameter.dim() == len("OIHW"):  # convolutions that lie channels last take a third less time
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
    return network
