from __future__ import annotations

import pytest
from pydantic import ValidationError

from nodes.networks.configuration import NetworkConfiguration
from tests.nodes.networks.examples import SMALL


def test_survives_json() -> None:
    assert NetworkConfiguration.model_validate_json(SMALL.model_dump_json()) == SMALL


def test_is_frozen() -> None:
    field = "size"
    with pytest.raises(ValidationError, match="frozen"):
        setattr(SMALL, field, 16)


def test_stride_is_the_patch_times_the_halvings() -> None:
    assert SMALL.stride == 4


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("format", 2, "Input should be 1"),
        ("architecture", "transformer", "unet"),
        ("channels", 0, "greater than or equal to 1"),
        ("channels", True, "valid integer"),
        ("channels", 1.0, "valid integer"),
        ("channels", "1", "valid integer"),
        ("size", 10**12, "less than or equal to 1024"),
        ("size", 10, "no multiple of 4"),
        ("widths", (17, 32), "multiple of 16"),
        ("widths", (16, 10**9), "less than or equal to 2048"),
        ("widths", (16, 48), "head width 32"),
        ("widths", (), "at least 1 item"),
        ("widths", (16,) * 7, "at most 6 items"),
        ("widths", (16, 16, 32), "attention has 2 entries, widths has 3"),
        ("attention", (True, True), "the width 16 attends"),
        ("blocks", 10**6, "less than or equal to 8"),
        ("text_layers", 10**6, "less than or equal to 24"),
        ("text_heads", 3, "no multiple of text_heads"),
        ("vocabulary", ("one", "one"), "holds a word twice"),
        ("vocabulary", ("One",), "match pattern"),
        ("vocabulary", ("a" * 65,), "match pattern"),
        ("vocabulary", ("one\n",), "match pattern"),
        ("vocabulary", tuple(f"w{number}" for number in range(65_537)), "at most 65536 items"),
        ("prompt_length", 0, "greater than or equal to 1"),
        ("sigma_data", 0.0, "greater than 0"),
        ("sigma_data", float("nan"), "finite"),
        ("sigma_max", float("inf"), "finite"),
        ("sigma_min", 50.0, "not below sigma_max"),
        ("title", "x" * 201, "at most 200 characters"),
        ("device", "cuda", "not permitted"),
    ],
)
def test_refuses(field: str, value: object, words: str) -> None:
    with pytest.raises(ValidationError, match=words) as caught:
        NetworkConfiguration.model_validate(SMALL.model_dump() | {field: value})
    assert caught.value.error_count() == 1
