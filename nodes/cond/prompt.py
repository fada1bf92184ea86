"""Text as a condition."""

from __future__ import annotations

from typing import Annotated

from graphs import Estimate, Prompt, needs, node
from nodes.contracts.cond import Cond
from nodes.contracts.model import Model


@node(cost=Estimate())
def prompt(model: Annotated[Model, needs("prompt")], *, text: Prompt = "") -> Cond:
    """A text, encoded by the model's own text encoder.

    One prompt a line; row r of a batch takes line r mod (number of lines), so that one line serves all rows. The empty
    text asks for nothing in particular. Cost: one pass of the text encoder for each line, no NFE.
    Errors: the model takes no text; a word that it does not know.
    """
    return model.prompt(tuple(line.strip() for line in text.strip().split("\n")))
