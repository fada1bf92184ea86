"""Tokens to text."""

from __future__ import annotations

from torch import Tensor

from graphs import Estimate, InputError, node
from nodes.contracts.media import Text
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space
from nodes.contracts.trajectory import Trajectory

MASK = "░"
"""What stands for a token that is not known yet."""
GAP = "  "
"""Between the texts of several rows in one line."""


@node(cost=lambda known: Estimate(rows=known.input("sample").rows))
def text(sample: Sample | Trajectory, *, separator: str | None = None) -> Text:
    """Tokens as text: a line for each row; ░ is a token that is still masked.

    x [B, L] int64 is looked up in the vocabulary of its space, where len(vocabulary) is the mask. `separator` stands
    between tokens: nothing between single letters, else a space, where it is not set. A line break within a token is
    shown as ↵. A trajectory has a line for each of its N + 1 levels, with the rows side by side. Cost: none.
    Errors: a sample without a vocabulary; tokens outside of it; a trajectory without points.
    """
    space = sample.space
    if not space.vocabulary:
        raise InputError(
            "the sample is not made of tokens",
            given=space.describe(),
            allowed="tokens of a space with a vocabulary",
            mend="wire decoder.pixels for pictures, decoder.scatter for points of the plane",
        )
    if isinstance(sample, Sample):
        return Text("".join(f"{line}\n" for line in lines(sample.x, space, separator)))
    if sample.x is None:
        raise InputError("the trajectory holds no points", mend="record the points x of the trajectory")
    steps = (GAP.join(lines(tokens, space, separator)) for tokens in sample.x)
    return Text("".join(f"{line}\n" for line in steps))


def lines(tokens: Tensor, space: Space, separator: str | None = None) -> list[str]:
    """The text of each row of tokens [B, L]."""
    shown = [token.replace("\n", "↵") for token in (*space.vocabulary, MASK)]
    between = _between(shown) if separator is None else separator
    rows: list[list[int]] = tokens.cpu().flatten(1).tolist()
    wrong = next((token for row in rows for token in row if not 0 <= token < len(shown)), None)
    if wrong is not None:
        raise InputError(
            "a token is not in the vocabulary",
            given=str(wrong),
            allowed=f"0 … {space.mask}, the last for the mask",
            mend="use the space of the model that made the tokens",
        )
    return [between.join(shown[token] for token in row) for row in rows]


def _between(shown: list[str]) -> str:
    return "" if all(len(token) <= 1 for token in shown) else " "
