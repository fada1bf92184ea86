"""What a checkpoint can be asked for, and what it cannot."""

from __future__ import annotations

from collections.abc import Sequence

from graphs.errors import InputError
from nodes.contracts.cond import Cond
from nodes.contracts.query import Query


def know(cond: Cond, names: Sequence[str]) -> None:
    """`InputError` where a condition says what the checkpoint would not listen to."""
    if others := set(cond.entries) - set(names):
        raise InputError(
            "the condition says something that this checkpoint was not trained to be told",
            given=", ".join(sorted(others)),
            allowed=", ".join(names),
            mend="take out the node that adds it, as cond.size or guidance.distilled",
        )


def divided(q: Query, patch: int) -> None:
    """`InputError` where a network that reads patches is asked about points that do not consist of whole ones."""
    if any(side % patch for side in q.x.shape[-2:]):
        raise InputError(
            "the network reads latents in patches, which do not fill these",
            given=f"latents {list(q.x.shape[1:])}",
            allowed=f"heights and widths that {patch} divides",
            mend="choose another size",
        )
