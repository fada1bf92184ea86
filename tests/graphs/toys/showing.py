"""Nodes whose result a person wants."""

from __future__ import annotations

from graphs import node

from .values import Basket, Word


@node(output=True)
def show(basket: Basket, *, caption: str = "") -> Basket:
    """The basket as it is."""
    del caption
    return basket


@node(output=True)
def say(word: Word) -> Word:
    """The word as it is."""
    return word
