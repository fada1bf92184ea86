"""Training step by step: the network, its optimiser, and the average of its weights, which is what is kept."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.optim import AdamW

from graphs.errors import NoiseloomError
from nodes.contracts.rows import Rows
from nodes.networks.configuration import NetworkConfiguration
from nodes.networks.denoiser import Denoiser
from nodes.training.examples import Examples
from nodes.training.muon import Muon, hidden
from nodes.training.objective import drawn_levels, dropped_texts, loss, noise_of
from nodes.training.recipe import Pace, Recipe

TOLD = {"title", "recipe", "licence"}
"""What a configuration says for a person."""

Network = TypeVar("Network", bound=nn.Module)


class LostError(NoiseloomError):
    """The training has lost its numbers; the weights are worth nothing."""


class Training(ABC):
    """A network in training, after `step` steps; what is learnt, `loss` says.

    Each step is a function of the weights, the recipe and the step's number: all chance is drawn by counters, none
    from a generator whose state would have to be kept. `words`, a table of the network's where it has one, learns
    `word_rate` times faster; `matrices` learn by Muon, `matrix_rate` times faster, and all else by AdamW.
    """

    network: nn.Module
    recipe: Pace

    def __init__(
        self,
        network: nn.Module,
        recipe: Pace,
        words: nn.Parameter | None = None,
        word_rate: float = 1.0,
        matrices: Sequence[nn.Parameter] = (),
        matrix_rate: float = 1.0,
    ) -> None:
        self.network, self.recipe, self.step = network, recipe, 0
        self.rows = Rows.first(recipe.seed, recipe.batch)
        self.average = {name: tensor.detach().clone() for name, tensor in network.state_dict().items()}
        apart = {words, *matrices}
        others = [parameter for parameter in network.parameters() if parameter not in apart]
        tables = [] if words is None else [{"params": [words], "times": word_rate, "weight_decay": 0.0}]
        groups = [{"params": others, "times": 1.0}, *tables]
        self.optimiser = AdamW(groups, betas=(0.9, 0.99), weight_decay=recipe.weight_decay)
        self.muon, self.matrix_rate = Muon(matrices, recipe.weight_decay), matrix_rate

    @property
    @abstractmethod
    def described(self) -> str:
        """The network, as it must be the same to go on; it may be told of in other words meanwhile."""

    @abstractmethod
    def loss(self) -> Tensor:
        """What this step makes smaller, a scalar."""

    def compile(self) -> None:
        """Compile what takes the most time."""
        self.network.compile()

    def autocast(self) -> torch.autocast:
        """Within it the network computes in the recipe's precision."""
        return torch.autocast("cpu", torch.bfloat16, enabled=self.recipe.precision == "bfloat16")

    def advance(self) -> float:
        """One step; the loss before it. `LostError` where that is no number any more; then nothing is changed."""
        value = self.loss()
        if not bool(value.isfinite()):
            raise LostError(f"the loss of step {self.step} is {float(value.detach())}; go on from what was kept before")
        torch.autograd.backward(value)
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), self.recipe.gradient)
        learning_rate = self.recipe.learning_rate_at(self.step)
        for group in self.optimiser.param_groups:
            group["lr"] = group["times"] * learning_rate
        self.optimiser.step()
        self.muon.step(self.matrix_rate * learning_rate)
        self.network.zero_grad()
        self._take_average()
        self.step += 1
        return float(value.detach())

    def filled(self, network: Network) -> Network:
        """The network with the averaged weights, ready to be asked."""
        network.load_state_dict(self.average)
        return network.eval().requires_grad_(requires_grad=False)

    def _take_average(self) -> None:
        state = self.network.state_dict()
        tensors = [state[name] for name in self.average]
        torch._foreach_lerp_(list(self.average.values()), tensors, 1 - self.recipe.kept_at(self.step))


class Trainer(Training):
    """A denoiser of pictures in training."""

    network: Denoiser
    recipe: Recipe

    def __init__(self, configuration: NetworkConfiguration, examples: Examples, recipe: Recipe) -> None:
        network = fresh(lambda: Denoiser(configuration), recipe.seed)
        unet = network.unet
        matrices = hidden(network, apart=(unet.entry, unet.exit, unet.level_in)) if recipe.matrix_rate else ()
        super().__init__(network, recipe, network.text.words, recipe.word_rate, matrices, recipe.matrix_rate)
        self.examples = examples

    @property
    def described(self) -> str:
        """The configuration, but for what it says for a person."""
        return self.network.configuration.model_dump_json(exclude=TOLD, exclude_none=True)

    def compile(self) -> None:
        """The picture network."""
        self.network.unet.compile()

    def averaged(self, configuration: NetworkConfiguration) -> Denoiser:
        """A network of the averaged weights, described by `configuration`."""
        return self.filled(Denoiser(configuration))

    def loss(self) -> Tensor:
        """The error of the denoiser on a batch of pictures."""
        pictures, texts = self.examples.batch(self.rows, self.step)
        s = drawn_levels(self.recipe, self.rows, self.step)
        noise = noise_of(self.rows, tuple(pictures.shape[1:]), self.step)
        texts = dropped_texts(self.recipe, self.rows, self.step, texts)
        with self.autocast():
            return loss(self.network, pictures, texts, s, noise)


def fresh(build: Callable[[], Network], seed: int) -> Network:
    """An untrained network; the same for the same seed."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = build()
    for parameter in network.parameters():
        if parameter.dim() == len("OIHW"):  # convolutions that lie channels last take a third less time
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
    return network
