"""A list of words as a model of tokens."""

from __future__ import annotations

import torch

from graphs import Estimate, InputError, Prompt, RunContext, Span, abilities, node
from nodes.contracts.devices import moved
from nodes.contracts.model import Model
from nodes.contracts.space import Space
from nodes.exact.lists import Numbers, weights_of
from nodes.exact.table import Table

LARGEST_TABLE = 2**22
"""Words times letters of a word times letters of the alphabet, at the most."""


@node(cost=Estimate(each=Span.of(1)), abilities=abilities("prompt", "conditional", "level_map"))
def table(
    *,
    words: Prompt = "sun\nson\nsea\nsky\nspy\nshy",
    weights: Numbers = (),
    labels: Prompt = "",
    run: RunContext,
) -> Model:
    """The exact model of masked diffusion (Sahoo et al. 2024, arXiv:2406.07524) over a list of words.

    `words`, one a line, are the data: x [B, L] int64 holds a token for each letter, shorter words are filled up with
    spaces, and the token V = len(vocabulary) is the mask. The answer are logits [B, L, V]: log p(letter at i | the
    letters that are not masked), float64. `weights` are equal unless given; `labels`, one a line, are the classes of
    the words in turn, and a prompt (cond.prompt) names classes or numbers of words from 1, the empty one all.
    Noise for it: noise.masked. Cost: 1 model row per sample.
    Errors: no words; a table of more than 2^22 entries.
    """
    lines = [line.rstrip() for line in words.split("\n") if line.strip()]
    length = max(map(len, lines), default=0)
    vocabulary = tuple(sorted({letter for line in lines for letter in line.ljust(length)}))
    if not lines or len(lines) * length * len(vocabulary) > LARGEST_TABLE:
        raise InputError(
            "there are no words" if not lines else "the table is too large",
            given=f"{len(lines)} words of {length} letters of {len(vocabulary)}",
            allowed=f"at least one word, at most {LARGEST_TABLE} entries",
            mend="write one word a line" if not lines else "take fewer or shorter words",
        )
    tokens = torch.tensor([[vocabulary.index(letter) for letter in line.ljust(length)] for line in lines])
    names = [line.strip() for line in labels.split("\n") if line.strip()] or [""]
    classes = tuple(names[number % len(names)] for number in range(len(lines)))
    space = Space("tokens", (length,), vocabulary=vocabulary)
    return Table(space, moved(tokens, run.device), weights_of(weights, len(lines)), classes)
