from __future__ import annotations

import pytest

from graphs.errors import InputError
from graphs.running import budgets
from graphs.running.budgets import VARIABLE, Budgets, budgets_in, in_words, memory_of_machine, share_of


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", {}),
        ("8GiB", {"*": 8 * 2**30}),
        ("1.5 gib", {"*": 3 * 2**29}),
        ("500MB", {"*": 500_000_000}),
        ("4096", {"*": 4096}),
        ("cuda:0=8GiB,cpu=16GiB", {"cuda:0": 8 * 2**30, "cpu": 16 * 2**30}),
        (" cuda = 1KiB , 2 b ", {"cuda:0": 1024, "*": 2}),
    ],
)
def test_a_text_names_budgets(text: str, found: dict[str, int]) -> None:
    assert budgets_in(text) == found


@pytest.mark.parametrize("text", ["lots", "8 gigs", "-1GiB", "gpu=8GiB", "cpu=", "cpu=8GiB=4", "nan", "cuda:=1"])
def test_a_text_that_names_no_budget_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="no budget of memory") as caught:
        budgets_in(text)
    assert caught.value.where == VARIABLE
    assert caught.value.given == text


def test_a_device_has_what_is_given_for_it_then_what_is_given_for_all_then_its_share() -> None:
    asked: list[str] = []

    def measured(device: str) -> int:
        asked.append(device)
        return 7

    found = Budgets({"cpu": 3, "*": 5}, measured)
    assert (found.of("cpu"), found.of("cuda:0"), asked) == (3, 5, [])
    alone = Budgets({"cuda:1": 3}, measured)
    assert [alone.of("cpu"), alone.of("cpu"), alone.of("cuda:1")] == [7, 7, 3]
    assert asked == ["cpu"]


def test_the_variable_is_read_when_a_budget_is_first_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Budgets()
    monkeypatch.setenv(VARIABLE, "cpu=12MiB")
    assert found.of("cpu") == 12 * 2**20
    monkeypatch.setenv(VARIABLE, "cpu=13MiB")
    assert found.of("cpu") == 12 * 2**20


def test_half_of_the_machine_is_the_share_of_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    assert memory_of_machine() > 2**28
    monkeypatch.setattr(budgets, "memory_of_machine", lambda: 1000)
    assert share_of("cpu") == 500


@pytest.mark.parametrize(
    ("size", "text"), [(12, "12 bytes"), (1536, "1.5 KiB"), (200 * 2**20, "200 MiB"), (2**33, "8 GiB")]
)
def test_bytes_in_words(size: int, text: str) -> None:
    assert in_words(size) == text
