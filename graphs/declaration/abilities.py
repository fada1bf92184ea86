"""What a behaviour can do, declared so that it is known before anything runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict


class Abilities(BaseModel):
    """The abilities of what a node gives.

    `own` are those that it has by itself; `depending` those that it has where a parameter is not 0, by ability. `like`
    names the input port whose abilities it has besides, but for those in `without`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    own: tuple[str, ...] = ()
    depending: Mapping[str, str] = {}
    like: str | None = None
    without: tuple[str, ...] = ()


def abilities(
    *own: str, like: str | None = None, without: tuple[str, ...] = (), depending: Mapping[str, str] | None = None
) -> Abilities:
    """What a node's behaviour can do: `abilities("stochastic", like="solver", depending={"stochastic": "eta"})`."""
    return Abilities(own=own, depending=depending or {}, like=like, without=without)


class Needs(NamedTuple):
    """What comes in at a port must be able to do this, `Annotated[Solver, Needs(("stochastic",))]`."""

    abilities: tuple[str, ...]


def needs(*names: str) -> Needs:
    """The abilities that a port asks of what is wired to it."""
    return Needs(names)
