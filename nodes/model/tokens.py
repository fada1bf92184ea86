"""Networks of tokens of our own from a file."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Annotated, TypeAlias

import torch

from graphs import Estimate, FilePath, InputError, RunContext, Span, abilities, node
from graphs.naming import listing, suggestion
from nodes.contracts.changes import UNCHANGED, Changes
from nodes.contracts.cond import Cond
from nodes.contracts.context import Context
from nodes.contracts.devices import moved
from nodes.contracts.identity import digest_of
from nodes.contracts.model import Model, OneShape
from nodes.contracts.query import Prediction, Query
from nodes.contracts.space import Space
from nodes.exact.table import RAREST
from nodes.networks.checkpoint import open_tokens
from nodes.networks.token_network import TokenNetwork

Weights: TypeAlias = Annotated[str | Path, FilePath(suffixes=(".safetensors",))]
ENTRY = "words"
"""The entry of a condition: the identifiers of the prompt's words, int64 [R, P]."""


@node(cost=Estimate(each=Span.of(1)), abilities=abilities("prompt", "conditional", "level_map"))
def tokens(*, weights: Weights = "asset:weights/names.safetensors", run: RunContext) -> Model:
    """A small masked-diffusion language model of ours, from a safetensors file that holds its configuration.

    A transformer in which each token sees all others, trained as Sahoo et al. 2024 (arXiv:2406.07524): x [B, L] int64,
    of which the token V = len(vocabulary) is the mask, becomes logits [B, L, V], log p(token at i | the tokens that are
    not masked) as float64. What is not masked stays what it is; of the level the model is told nothing, so that levels
    may differ by place. `names.safetensors` makes names of towns and people: a prompt is one word, a country (finland,
    japan, italy, …), woman or man; the empty one asks for any.
    The file is checked against its configuration before anything is allocated; pickled weights are refused.
    Noise for it: noise.masked; solver: solver.unmask. Cost: 1 model row per sample.
    Errors: a file that is none of ours, or one of pictures; a word that it does not know, or more words than it reads.
    """
    return Completion(open_tokens(Path(weights)).to(run.device))


class Completion(OneShape):
    """A network of tokens as a model."""

    abilities = frozenset({"prompt", "conditional", "level_map"})

    def __init__(self, network: TokenNetwork) -> None:
        self.network = network
        told = network.configuration
        self.space = Space("tokens", (told.length,), vocabulary=told.tokens)

    @cached_property
    def digest(self) -> str:
        """Of the weights and the configuration."""
        return digest_of((self.network, self.network.configuration.model_dump_json()), Completion)

    @cached_property
    def nothing(self) -> Cond:
        """The empty text."""
        return Cond({ENTRY: self.network.encode(("",))})

    def prompt(self, texts: tuple[str, ...], changes: Changes = UNCHANGED) -> Cond:
        """The texts' words; a word that the network never saw is refused, and one more than it reads."""
        for text in texts:
            self._check(text)
        return Cond({ENTRY: self.network.encode(texts)})

    def complete(self, q: Query) -> Query:
        """Without a condition: the empty text. The condition comes to where the network lies."""
        q = super().complete(q)
        cond = self.nothing.gather(q.rows.origin) if q.cond is None else q.cond
        cond.need((ENTRY,), "this network")
        return replace(q, cond=cond.to(str(self.network.device)))

    def predict(self, q: Query, ctx: Context) -> Prediction:
        """One forward pass where the network lies; x is brought there, and the answer to x, if it lies elsewhere."""
        if q.cond is None:
            raise TypeError("the question was not completed")
        logits = self.network(moved(q.x, self.network.device), q.cond.entries[ENTRY])
        guess = torch.log_softmax(moved(logits, q.x.device).double(), -1)
        own = q.x[..., None] == torch.arange(self.space.mask, device=q.x.device)
        # Finite, so that guidance may subtract it.
        known = torch.where(own, 0.0, math.log(RAREST)).to(guess.dtype)
        return Prediction(torch.where((q.x == self.space.mask)[..., None], guess, known))

    def _check(self, text: str) -> None:
        """`InputError` where a prompt has a word that the network never saw, or more words than it reads."""
        vocabulary = self.network.vocabulary
        known = listing(vocabulary.words, 20)
        for word in vocabulary.unknown(text):
            near = suggestion(word, vocabulary.words)
            problem = f'the model does not know the word "{word}"'
            raise InputError(problem, given=f'"{text}"', allowed=known, mend=near or "use words that it knows")
        if vocabulary.surplus(text):
            problem = f"the model reads no more than {vocabulary.length} words of a prompt"
            raise InputError(problem, given=f'"{text}"', allowed=known, mend="write one prompt a line")
