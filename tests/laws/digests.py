"""`python -m tests.laws.digests`: a digest of what every node gives, or of what is found by asking what it gives."""

from __future__ import annotations

import json

import torch

from graphs.parts import digest
from nodes.contracts.identity import Identified, digest_of
from tests.laws.asking import questions, tolerance_of
from tests.laws.subjects import Built, Refused, Subject, subjects


def digest_of_what_it_gives(subject: Subject) -> str:
    """A digest of the node's data; of a behaviour its own, and one of its answers."""
    made = subject.build()
    values = made.value if isinstance(made.value, tuple) else (made.value,)
    return " ".join(_digest(value, made) for value in values)


def _digest(value: object, made: Built) -> str:
    if not isinstance(value, Identified):
        return digest(value)
    asked = {} if tolerance_of(value) else questions(value, made.world)
    return f"{value.digest} {digest_of({name: ask(torch.arange(2)) for name, ask in asked.items()})}"


def all_digests() -> dict[str, str]:
    """The digests by node, of all that can be built."""
    found = {}
    for subject in subjects(lambda subject: subject.plain):
        try:
            found[str(subject)] = digest_of_what_it_gives(subject)
        except Refused:
            continue
        except Exception as error:  # noqa: BLE001 - another law's test is told
            found[str(subject)] = f"{type(error).__name__}: {error}"
    return found


if __name__ == "__main__":
    print(json.dumps(all_digests()))
