"""Which emoji are found in the packages' folder, and what is told where one is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphs.errors import InputError
from nodes.training.emoji_table import FLUENT, NOTO, TABLE, read_table
from tests.nodes.training.emoji_toys import packages


def test_the_chosen_kinds_that_have_words_are_found_in_the_standards_order(tmp_path: Path) -> None:
    assert [one.name for one in read_table(packages(tmp_path))] == ["dog face", "pig face", "red heart"]


def test_keywords_are_plain_words_and_end_with_the_kind(tmp_path: Path) -> None:
    assert read_table(packages(tmp_path))[1].keywords == ("animal", "outer space", "animal mammal")


def test_each_style_that_has_a_picture_is_found_whatever_its_file_calls_the_code_points(tmp_path: Path) -> None:
    found = {one.name: one.files for one in read_table(packages(tmp_path))}
    assert {name: list(files) for name, files in found.items()} == {
        "dog face": ["noto", "fluent"],
        "pig face": ["noto"],
        "red heart": ["noto", "fluent"],
    }
    assert found["red heart"] == {
        "noto": tmp_path / NOTO / "2764-fe0f.png",
        "fluent": tmp_path / FLUENT / "2764.webp",
    }


def test_without_a_package_it_is_told_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="npm install") as caught:
        read_table(tmp_path)
    assert str(tmp_path / TABLE) in str(caught.value)


def test_without_the_second_style_it_is_told_what_to_install(tmp_path: Path) -> None:
    for path in (packages(tmp_path) / FLUENT).iterdir():
        path.unlink()
    with pytest.raises(InputError, match="npm install"):
        read_table(tmp_path)


def test_a_table_of_something_else_is_refused(tmp_path: Path) -> None:
    (packages(tmp_path) / TABLE).write_text('[{"unified": 7}]')
    with pytest.raises(InputError, match="no table of emoji"):
        read_table(tmp_path)
