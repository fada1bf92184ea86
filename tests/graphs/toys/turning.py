"""Machines that can turn, or not, and what needs one that can."""

from __future__ import annotations

from typing import Annotated

from graphs import abilities, needs, node

from .values import Amount, Machine


@node(abilities=abilities("strong", depending={"turning": "speed"}))
def motor(*, speed: float = 0.0) -> Machine:
    """A machine that turns where it has a speed."""
    return Machine(speed)


@node(abilities=abilities("turning", "tokens"))
def abacus() -> Machine:
    """A machine that turns, for tokens only."""
    return Machine(1.0)


@node(abilities=abilities("turning"))
def wheel() -> Machine:
    """A machine that turns."""
    return Machine(1.0)


@node(abilities=abilities(like="machine"))
def painted(machine: Machine) -> Machine:
    """A machine that can do what it could."""
    return machine


@node(abilities=abilities("quiet", like="machine", without=("turning",)))
def locked(machine: Machine) -> Machine:
    """A machine that turns no more."""
    return machine


@node(abilities=abilities(like="machines"))
def coupled(machines: tuple[Machine, ...]) -> Machine:
    """Machines that can together do what all of them can."""
    return machines[0]


@node(output=True)
def turn(machine: Annotated[Machine, needs("turning")]) -> Amount:
    """What a machine that turns gives."""
    return Amount(machine.gain)
