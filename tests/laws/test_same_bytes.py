"""The same graph gives the same bytes: when it is run again, and in another process."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import torch

from nodes.contracts.identity import Identified
from tests.laws.asking import questions
from tests.laws.comparing import differences
from tests.laws.digests import digest_of_what_it_gives
from tests.laws.stating import built, law
from tests.laws.subjects import Built, Refused, Subject

ROOT = Path(__file__).parents[2]


@functools.cache
def digests_of_another_process() -> Mapping[str, str]:
    """What a new process finds, in which Python hashes texts otherwise."""
    environment = {**os.environ, "PYTHONHASHSEED": "17", "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    done = subprocess.run(
        [sys.executable, "-m", "tests.laws.digests"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env=environment,
    )
    found: dict[str, str] = json.loads(done.stdout)
    return found


@law("same graph, same bytes", lambda subject: subject.plain)
def test_a_node_gives_the_same_bytes_again_and_in_another_process(subject: Subject) -> None:
    built(subject)
    first = digest_of_what_it_gives(subject)
    assert first == digest_of_what_it_gives(subject)
    assert first == digests_of_another_process()[str(subject)]


def gives_behaviour(subject: Subject) -> bool:
    """A node by default that gives a model, a solver, …: what is known again by its own digest."""
    return subject.plain and any(
        map(subject.gives, ("Model", "Solver", "Reward", "Operator", "Codec", "Program", "Process"))
    )


@law("behaviours of one digest are one", gives_behaviour)
def test_behaviours_of_one_digest_are_one(subject: Subject) -> None:
    """A state knows by the digest whose answer it holds; two settings of one digest would take each other's."""
    made = built(subject)
    assert isinstance(made.value, Identified)
    for parameter in subject.record.parameters:
        other = shifted(parameter.default)
        if other is None or parameter.kind.problem(other) is not None:
            continue
        given = {name: entry.value for name, entry in made.given.items()}
        try:
            changed = subject.having(**{parameter.name: other}).build(given, tried=False).value
        except Refused:
            continue
        assert isinstance(changed, Identified)
        assert changed.digest != made.value.digest or same_answers(changed, made), parameter.name


def same_answers(changed: Identified, made: Built) -> bool:
    """Whether it cannot be told from what was built before, as where a setting is rounded."""
    index = torch.arange(2)
    pairs = zip(*(questions(value, made.world).values() for value in (changed, made.value)), strict=True)
    return all(not differences(one(index), other(index)) for one, other in pairs)


def shifted(literal: object) -> float | int | None:
    """Another number near this one, of the same sort; None of what is no number."""
    if isinstance(literal, bool) or not isinstance(literal, (int, float)):
        return None
    return literal + 1 if isinstance(literal, int) else literal * 0.9 + 0.01
