"""A network of tokens in training."""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor

from nodes.contracts.rows import Rows
from nodes.networks.token_configuration import TokenConfiguration
from nodes.networks.token_network import TokenNetwork
from nodes.training.masking import drawn_times, masked_at, masked_loss
from nodes.training.objective import dropped_texts
from nodes.training.recipe import Recipe
from nodes.training.trainer import TOLD, Training


class TokenExamples(Protocol):
    """Tokens with prompts, each a function of a row's seed and the step."""

    def batch(self, rows: Rows, step: int) -> tuple[Tensor, list[str]]:
        """Tokens [B, L] int64 and B prompts."""
        ...


class TokenTrainer(Training):
    """Masked diffusion (Sahoo et al. 2024, arXiv:2406.07524) of tokens; of the recipe, levels are not read."""

    network: TokenNetwork

    def __init__(self, configuration: TokenConfiguration, examples: TokenExamples, recipe: Recipe) -> None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(recipe.seed)
            network = TokenNetwork(configuration)
        super().__init__(network, network.words, recipe)
        self.examples = examples

    @property
    def described(self) -> str:
        """The configuration, but for what it says for a person."""
        return self.network.configuration.model_dump_json(exclude=TOLD)

    def averaged(self, configuration: TokenConfiguration) -> TokenNetwork:
        """A network of the averaged weights, described by `configuration`."""
        return self.filled(TokenNetwork(configuration))

    def loss(self) -> Tensor:
        """The bound of `masked_loss` on a batch of texts."""
        tokens, texts = self.examples.batch(self.rows, self.step)
        t = drawn_times(self.rows, self.step)
        x = masked_at(tokens, t, self.network.mask, self.rows, self.step)
        words = self.network.encode(dropped_texts(self.recipe, self.rows, self.step, texts))
        with torch.autocast("cpu", torch.bfloat16, enabled=self.recipe.precision == "bfloat16"):
            logits = self.network(x, words)
        return masked_loss(logits.float(), tokens, x == self.network.mask, t)
