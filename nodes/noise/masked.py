"""Noise for tokens."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from graphs import Count, Estimate, InputError, Prompt, Seed, node
from nodes.contracts.model import Model
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space
from nodes.noise.batch import LARGEST_BATCH, First

UNKNOWN = ("░", "_")
"""What stands for a mask in a pattern; the second where it is no token itself."""


@node(cost=lambda known: Estimate(rows=known.number("count")))
def masked(
    like: Model | Sample,
    *,
    count: Count = 16,
    seed: Seed = 0,
    first: First = 0,
    pattern: Prompt = "",
) -> Sample:
    """Tokens of which nothing is known, the start of a sample of a token model (Sahoo et al. 2024, arXiv:2406.07524).

    x [count, *event] int64 is the mask everywhere, at s = inf. `seed` and the row's number decide what will be drawn:
    a larger batch begins with the same rows, and `first` = 3 with `count` = 1 gives the fourth row alone.
    A `pattern`, as S__o or ░░ville, says what is known of the text: its letters stand, as what is not masked stays; _
    and ░ are masks, and so is all after its end. Row r takes line r mod (number of lines). A token of several letters
    is written between spaces.
    Cost: none. Errors: a model of real numbers; a batch of more than 2^28 tokens; a pattern that is too long, or of
    tokens that the model does not have.
    """
    space = like.space
    if not space.vocabulary:
        raise InputError(
            "only tokens can be masked",
            given=space.describe(),
            allowed="a model or a sample of tokens, as model.table",
            mend="use noise.gaussian for points of real numbers",
        )
    if count * math.prod(space.event) > LARGEST_BATCH:
        given = f"{count} × {list(space.event)}"
        raise InputError("the batch is too large", given=given, allowed="2^28 tokens", mend="lower `count`")
    rows = Rows.first(seed, count, first)
    patterns = torch.stack([known_tokens(space, line) for line in pattern.strip("\n").split("\n")])
    x = patterns[rows.origin % len(patterns)].reshape(count, *space.event)
    return Sample(x, torch.full((count,), math.inf, dtype=torch.float64), space, rows)


def known_tokens(space: Space, line: str) -> Tensor:
    """The tokens that a pattern tells, [L] int64, and the mask elsewhere; `InputError` where it cannot be read."""
    size, numbers = math.prod(space.event), {token: number for number, token in enumerate(space.vocabulary)}
    numbers = dict.fromkeys(UNKNOWN, space.mask) | numbers
    written = list(line) if all(len(token) == 1 for token in space.vocabulary) else line.split()
    unknown = next((token for token in written if token not in numbers), None)
    if unknown is not None or len(written) > size:
        raise InputError(
            f'the pattern has "{unknown}", which is no token' if unknown else "the pattern is too long",
            where="pattern",
            given=f'"{line}"',
            allowed=f"at most {size} tokens of {' '.join(space.vocabulary[:80])}; _ for a mask",
            mend="write it as decoder.text shows the model's texts",
        )
    found = torch.full((size,), space.mask, dtype=torch.int64)
    found[: len(written)] = torch.tensor([numbers[token] for token in written], dtype=torch.int64)
    return found
