"""Networks of our own from a file."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Annotated, TypeAlias

from torch import Tensor

from graphs import Estimate, FilePath, InputError, RunContext, Span, abilities, node
from graphs.naming import listing, suggestion
from nodes.contracts.changes import UNCHANGED, Changes
from nodes.contracts.cond import Cond
from nodes.contracts.context import Context
from nodes.contracts.devices import moved
from nodes.contracts.identity import digest_of
from nodes.contracts.model import Leaf, Model
from nodes.contracts.query import Prediction, Query
from nodes.contracts.space import Space, latents
from nodes.networks.answering import answered
from nodes.networks.checkpoint import open_checkpoint
from nodes.networks.denoiser import Denoiser
from nodes.networks.low_rank import Applied, adapters_in
from nodes.networks.placed import Placed, identity_of

Weights: TypeAlias = Annotated[str | Path, FilePath(suffixes=(".safetensors",))]


ABILITIES = ("prompt", "conditional", "differentiable", "low_rank", "attention", "unet_features")


@node(cost=Estimate(each=Span.of(1)), abilities=abilities(*ABILITIES))
def checkpoint(*, weights: Weights = "asset:weights/digits.safetensors", run: RunContext) -> Model:
    """A small text-conditional network of ours, from a safetensors file that holds its configuration.

    EDM preconditioning (Karras et al. 2022, arXiv:2206.00364, Table 1) around a U-Net; float32, on the run's device.
    The file is checked against its configuration before anything is allocated; pickled weights are refused. Points are
    pictures [channels, size, size] with values in [−1, 1], or latents of the codec that the file names, which
    decoder.decode turns into pictures. A file is opened once: nodes and runs share its network, and its weights make
    room for others where a device's budget ends. Cost: 1 model row per sample.
    """
    path = Path(weights)

    def load() -> Placed[Denoiser]:
        return Placed(open_checkpoint(path), run.device, run.residents)

    return Network(run.residents.keep(f"model.checkpoint {identity_of(path)}", load))


class Network(Leaf):
    """A denoiser as a model."""

    abilities = frozenset(ABILITIES)

    def __init__(self, network: Denoiser | Placed[Denoiser]) -> None:
        self.placed = network if isinstance(network, Placed) else Placed(network, str(network.device))
        self.denoiser = self.placed.module
        configuration = self.denoiser.configuration
        event = (configuration.channels, configuration.size, configuration.size)
        if configuration.codec is None:
            self.space = Space("pixels", event)
        else:
            self.space = latents(event, configuration.codec, configuration.colours, configuration.cell)

    @cached_property
    def digest(self) -> str:
        """Of the weights and the configuration."""
        return digest_of((self.placed.digest, self.denoiser.configuration.model_dump_json()), Network)

    @cached_property
    def nothing(self) -> Cond:
        """The empty text, encoded once."""
        return self._encoded(("",))

    def prompt(self, texts: tuple[str, ...], changes: Changes = UNCHANGED) -> Cond:
        """The texts, encoded; a word that the network never saw is refused."""
        vocabulary = self.denoiser.vocabulary
        for text in texts:
            for word in vocabulary.unknown(text):
                near = suggestion(word, vocabulary.words)
                raise InputError(
                    f'the model does not know the word "{word}"',
                    given=f'"{text}"',
                    allowed=listing(vocabulary.words, 20),
                    mend=near or "use words that it knows",
                )
        with self.placed.working() as denoiser, Applied(denoiser, adapters_in(changes)):
            return self._encoded(texts)

    def complete(self, q: Query) -> Query:
        """Without a condition: the empty text. The condition comes to where the network lies."""
        cond = self.nothing.gather(q.rows.origin) if q.cond is None else q.cond
        cond.need(("context", "pooled", "mask"), "this network")
        return replace(q, cond=cond.to(self.placed.device))

    def predict(self, q: Query, ctx: Context) -> Prediction:
        """One forward pass where the network lies; x is brought there, and the answer to x, if it lies elsewhere."""
        if q.cond is None:
            raise TypeError("the question was not completed")
        with self.placed.working() as denoiser:
            return Prediction(moved(self._answer(denoiser, q, q.cond), q.x.device))

    def _answer(self, denoiser: Denoiser, q: Query, cond: Cond) -> Tensor:
        entries, x = cond.entries, moved(q.x, denoiser.device)
        texts = (entries["context"], entries["pooled"], entries["mask"])
        return answered(denoiser, x, q.s, texts, q.changes)

    def _encoded(self, texts: tuple[str, ...]) -> Cond:
        with self.placed.working() as denoiser:
            context, pooled, mask = denoiser.encode(texts)
        return Cond({"context": context, "pooled": pooled, "mask": mask})
