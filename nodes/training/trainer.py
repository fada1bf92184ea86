"""Training step by step: the network, its optimiser, and the average of its weights, which is what is kept."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.optim import AdamW

from graphs.errors import NoiseloomError
from nodes.contracts.rows import Rows
from nodes.networks.configuration import NetworkConfiguration
from nodes.networks.denoiser import Denoiser
from nodes.training.examples import Examples
from nodes.training.objective import drawn_levels, dropped_texts, loss, noise_of
from nodes.training.recipe import Recipe


class LostError(NoiseloomError):
    """The training has lost its numbers; the weights are worth nothing."""


class Trainer:
    """A network in training, after `step` steps.

    Each step is a function of the weights, the recipe and the step's number: all chance is drawn by counters, none
    from a generator whose state would have to be kept.
    """

    def __init__(self, configuration: NetworkConfiguration, examples: Examples, recipe: Recipe) -> None:
        self.examples, self.recipe, self.step = examples, recipe, 0
        self.rows = Rows.first(recipe.seed, recipe.batch)
        self.network = fresh_network(configuration, recipe.seed)
        self.average = {name: tensor.detach().clone() for name, tensor in self.network.state_dict().items()}
        words = self.network.text.words
        others = [parameter for parameter in self.network.parameters() if parameter is not words]
        self.optimiser = AdamW(
            [{"params": others, "times": 1.0}, {"params": [words], "times": recipe.word_rate, "weight_decay": 0.0}],
            betas=(0.9, 0.99),
            weight_decay=recipe.weight_decay,
        )

    def advance(self) -> float:
        """One step; the loss before it. `LostError` where that is no number any more; then nothing is changed."""
        value = self._loss()
        if not bool(value.isfinite()):
            raise LostError(f"the loss of step {self.step} is {float(value.detach())}; go on from what was kept before")
        torch.autograd.backward(value)
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), self.recipe.gradient)
        for group in self.optimiser.param_groups:
            group["lr"] = group["times"] * self.recipe.learning_rate_at(self.step)
        self.optimiser.step()
        self.optimiser.zero_grad()
        self._take_average()
        self.step += 1
        return float(value.detach())

    def averaged(self, configuration: NetworkConfiguration) -> Denoiser:
        """A network of the averaged weights, described by `configuration`."""
        network = Denoiser(configuration)
        network.load_state_dict(self.average)
        return network.eval().requires_grad_(requires_grad=False)

    def _loss(self) -> Tensor:
        pictures, texts = self.examples.batch(self.rows, self.step)
        s = drawn_levels(self.recipe, self.rows, self.step)
        noise = noise_of(self.rows, tuple(pictures.shape[1:]), self.step)
        texts = dropped_texts(self.recipe, self.rows, self.step, texts)
        with torch.autocast("cpu", torch.bfloat16, enabled=self.recipe.precision == "bfloat16"):
            return loss(self.network, pictures, texts, s, noise)

    def _take_average(self) -> None:
        state = self.network.state_dict()
        tensors = [state[name] for name in self.average]
        torch._foreach_lerp_(list(self.average.values()), tensors, 1 - self.recipe.kept_at(self.step))


def fresh_network(configuration: NetworkConfiguration, seed: int) -> Denoiser:
    """An untrained network; the same for the same seed."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = Denoiser(configuration)
    for parameter in network.parameters():
        if parameter.dim() == len("OIHW"):  # convolutions that lie channels last take a third less time
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
    return network
