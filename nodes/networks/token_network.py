"""A small transformer that completes texts of which some tokens are masked."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from nodes.contracts.devices import moved
from nodes.networks.text import SPECIAL, TextLayer, Vocabulary, spread
from nodes.networks.token_configuration import TokenConfiguration


class TokenNetwork(nn.Module):
    """Words of a prompt and tokens side by side in one transformer; each token sees all others.

    Of the level it is told nothing: what is masked is seen, and given that the level says no more (Sahoo et al. 2024,
    arXiv:2406.07524).
    """

    def __init__(self, configuration: TokenConfiguration) -> None:
        super().__init__()
        self.configuration = configuration
        self.vocabulary = Vocabulary(configuration.vocabulary, configuration.prompt_length)
        width, count = configuration.width, len(configuration.tokens)
        self.words = spread(0.3, len(configuration.vocabulary) + SPECIAL, width)
        self.letters = spread(0.3, count + 1, width)
        self.positions = spread(0.1, configuration.prompt_length + configuration.length, width)
        self.layers = nn.ModuleList(TextLayer(width, configuration.heads) for _ in range(configuration.layers))
        self.norm = nn.LayerNorm(width)
        self.exit = nn.Linear(width, count)

    @property
    def device(self) -> torch.device:
        """Where the weights lie."""
        return self.words.device

    @property
    def mask(self) -> int:
        """The token that says that nothing is known."""
        return len(self.configuration.tokens)

    def encode(self, texts: Sequence[str]) -> Tensor:
        """The identifiers of the texts' words, [R, P] int64; where there is no word, as in an empty text, 0."""
        return moved(torch.tensor([self.vocabulary.encode(text) for text in texts]), self.device)

    def forward(self, x: Tensor, words: Tensor) -> Tensor:
        """Logits [B, L, V] for tokens x [B, L] int64, of which V is the mask, and words [B, P] as `encode` has them.

        At each place log p(token | the tokens that are not masked, the words), but for a constant of the place.
        """
        prompt = functional.embedding(words, self.words)
        tokens = torch.cat([prompt, functional.embedding(x, self.letters)], 1) + self.positions
        seen = torch.ones(1, 1, 1, tokens.shape[1], dtype=torch.bool, device=tokens.device)
        for layer in self.layers:
            tokens = layer(tokens, seen)
        logits: Tensor = self.exit(self.norm(tokens[:, words.shape[1] :]))
        return logits
