"""Texts that come from outside, as they may be kept and shown."""

from __future__ import annotations

LONGEST = 200


def plain(text: str) -> str:
    """A text that can be kept: not too long, no control characters, no halves of surrogate pairs."""
    sound = text[:LONGEST].encode("utf-8", "replace").decode()
    return "".join(letter if letter.isprintable() else " " for letter in sound).strip()
