"""The names of the network that comes with Noiseloom are new, plausible, and of the kind that was asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphs.home import assets_folder
from nodes.model.tokens import Completion
from nodes.networks.checkpoint import open_tokens
from nodes.training.names_table import KINDS, LENGTH, TOKENS, Name
from nodes.training.spelling import Judge, verdict
from nodes.training.verify_names import made

JUDGE = Path(__file__).parent / "names_judge.safetensors"
"""What `nodes.training.verify_names --judge` wrote: pairs counted on names that the network never saw."""

LEAST = -3.156
"""The log likelihood by the letter than which a twentieth of real names is less likely, as it printed."""

CHANCE = 1 / len(KINDS)


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge.read(JUDGE)


def test_its_names_are_new_and_plausible_and_follow_the_prompt(judge: Judge) -> None:
    model = Completion(open_tokens(assets_folder() / "weights" / "names.safetensors"))
    assert model.space.event == (LENGTH,)
    assert model.space.vocabulary == TOKENS
    found = verdict(judge, made(model, 5, 1.5, steps=32), LEAST)
    assert found.fresh > 0.9
    assert found.different > 0.95
    assert found.plausible > 0.65
    assert found.told > 4 * CHANCE


def test_the_judge_knows_noise_and_what_was_learnt(judge: Judge) -> None:
    noise = [Name(text, "japan") for text in ("Qxzkwvj", "bbbbbb", "Tttxqj", "Zzyxwvv")]
    assert verdict(judge, noise, LEAST).plausible == 0
    learnt = [Name(text, kind) for text, kind in (("Jyvaskyla", "finland"), ("Sapporo", "japan"), ("Ada", "woman"))]
    assert verdict(judge, learnt, LEAST).fresh < 1
