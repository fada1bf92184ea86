"""Texts as results."""

from __future__ import annotations

from graphs import node
from nodes.contracts.media import Text


@node(output=True)
def text(text: Text) -> Text:
    """A text to keep: it is saved as a text file. The text is unchanged. Cost: none."""
    return text
