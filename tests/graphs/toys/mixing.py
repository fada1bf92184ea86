"""Nodes with inputs: one, several, lists, optional ones; and several outputs."""

from __future__ import annotations

from typing import NamedTuple

from graphs import Fraction, node

from .values import Amount, Basket, Machine, Word


class Halves(NamedTuple):
    """What `split` gives."""

    low: Amount
    high: Amount


class Single(NamedTuple):
    """One named output."""

    result: Amount


@node
def add(left: Amount, right: Amount | None = None, *, weight: Fraction = 1.0) -> Amount:
    """left + weight · right."""
    return Amount(left.value + (right.value * weight if right else 0.0))


@node
def more(amount: Amount, *, by: float = 1.0) -> Amount:
    """amount + by."""
    return Amount(amount.value + by)


@node
def gather(parts: tuple[Amount, ...]) -> Basket:
    """Numbers in the order of their wires."""
    return Basket(tuple(part.value for part in parts))


@node
def gather_some(parts: tuple[Amount | Word, ...] = ()) -> Basket:
    """Numbers, perhaps none; a word counts its letters."""
    return Basket(tuple(part.value if isinstance(part, Amount) else float(len(part.text)) for part in parts))


@node
def split(basket: Basket) -> Halves:
    """The smallest and the largest."""
    return Halves(Amount(min(basket.items)), Amount(max(basket.items)))


@node
def single(amount: Amount) -> Single:
    """The number under a name of its own."""
    return Single(amount)


@node
def apply(machine: Machine, amount: Amount) -> Amount:
    """The number through the machine."""
    return Amount(machine.gain * amount.value)


@node
def twice(machine: Machine) -> Machine:
    """A machine that is a machine again."""
    return Machine(machine.gain * 2)


@node(converts=True)
def boxed(amount: Amount) -> Basket:
    """A basket of one number."""
    return Basket((amount.value,))
