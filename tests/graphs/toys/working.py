"""Nodes that work in steps, spend, fail, or do what no node may."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

from graphs import Count, InputError, Keep, Preview, Progress, RunContext, Steps, node

from .values import Amount, Basket, Machine, Word


@node
def slow(amount: Amount, *, steps: Count = 3) -> Steps[Amount]:
    """The number, after so many steps."""
    for step in range(steps):
        yield Progress(step + 1, steps)
    yield Preview(amount)
    return Amount(amount.value * steps)


@node
def patient(amount: Amount, *, steps: Count = 6, run: RunContext) -> Steps[Amount]:
    """amount + steps, one launch a step; it goes on from where it was cut short."""
    begun = run.kept if isinstance(run.kept, Amount) else amount
    first = round(begun.value - amount.value)
    for step in range(first, steps):
        run.meter.launch(1)
        yield Progress(step + 1, steps)
        yield Keep(Amount(amount.value + step + 1))
    return Amount(amount.value + steps)


@node
def vanish(amount: Amount) -> Amount:
    """Ends the process that computes it."""
    del amount
    os._exit(3)


@node
def meet(amount: Amount, *, path: str = "", writes: bool = False) -> Amount:
    """The number, once another node has opened the other end of this pipe; only two at once can both get there."""
    signal.alarm(20)
    with Path(path).open("wb" if writes else "rb"):
        signal.alarm(0)
    return Amount(amount.value + writes)


@node
def spend(amount: Amount, *, rows: Count = 4, launches: int = 2, run: RunContext) -> Amount:
    """The number, at the cost of so many launches, and a reward for each."""
    run.meter.reward(launches)
    for _ in range(launches):
        run.meter.launch(rows)
    return amount


@node
def crash(amount: Amount) -> Amount:
    """Always fails."""
    raise ZeroDivisionError(f"with {amount.value}")


@node
def refuse(amount: Amount) -> Amount:
    """Blames the person."""
    raise InputError("this number cannot be used", given=str(amount.value), mend="use another")


@node
def leave(amount: Amount) -> Amount:
    """Tries to end the whole program."""
    sys.exit(f"with {amount.value}")


@node
def lie(amount: Amount) -> Basket:
    """Gives another type than it declares."""
    del amount
    wrong: Basket = json.loads("3")
    return wrong


@node
def babble(amount: Amount) -> Steps[Amount]:
    """Yields what no node may yield."""
    wrong: Progress = json.loads('"half way"')
    yield wrong
    return amount


@node
def half_word(amount: Amount) -> Word:
    """A word of as many letters."""
    return Word("a" * int(amount.value))


@node
def broken_machine(amount: Amount) -> Machine:
    """A machine that fails to be built."""
    raise RuntimeError(f"no machine of {amount.value}")


@node
def pile(amount: Amount, *, count: Count = 4_000) -> Basket:
    """So many numbers that begin with this one; 4,000 of them are a large content."""
    return Basket(tuple(amount.value + number for number in range(count)))


@node
def fall(amount: Amount) -> Amount:
    """Is killed, as where memory runs out."""
    os.kill(os.getpid(), signal.SIGKILL)
    return amount


@node
def hoard(amount: Amount) -> Amount:
    """Wants more memory than there is."""
    return Amount(float(len(bytearray(2**60)) + amount.value))


@node
def stuck(amount: Amount) -> Steps[Amount]:
    """Yields once, then never again."""
    yield Progress(1, 2)
    signal.pause()
    return amount


@node
def show_wrong(amount: Amount) -> Steps[Amount]:
    """Shows what is no data."""
    wrong: object = sys
    yield Preview(wrong)
    return amount


@node(pure=False)
def whim(amount: Amount) -> Amount:
    """Runs each time."""
    return amount


@node
def lodge(amount: Amount, *, path: str = "", run: RunContext) -> Amount:
    """The number; what is loaded for it is kept, and each load leaves a byte in a file."""

    def load() -> Luggage:
        with Path(path).open("ab") as file:
            file.write(b".")
        return Luggage()

    with run.residents.use(run.residents.keep(f"lodge {path}", load), "cpu"):
        return amount


@node
def starve(amount: Amount, *, how: str = "gpu") -> Amount:
    """Wants more memory than there is, as torch tells it of a GPU or of the CPU."""
    import torch

    if how == "gpu":
        raise torch.OutOfMemoryError(
            "CUDA out of memory. Tried to allocate 20.00 GiB. GPU 0 has a total capacity of 139.80 GiB of which "
            "12.34 GiB is free. Of the allocated memory 1.00 GiB is allocated by PyTorch."
        )
    return Amount(float(torch.empty(2**60, dtype=torch.uint8)[0]) + amount.value)


class Luggage:
    """What can lie anywhere, and takes a thousand bytes."""

    size = 1000

    def move(self, device: str) -> None:
        """Go there."""
