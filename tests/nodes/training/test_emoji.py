"""What an emoji is called, what a batch shows, and that a second start goes on."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from nodes.contracts.rows import Rows
from nodes.networks.checkpoint import open_checkpoint
from nodes.networks.text import Vocabulary
from nodes.training import emoji_examples
from nodes.training.emoji import course
from nodes.training.emoji_examples import Caption, EmojiExamples, captions, vocabulary
from nodes.training.emoji_pictures import HUES
from nodes.training.emoji_table import STYLES, read_table
from nodes.training.recipe import Recipe
from tests.nodes.training.emoji_toys import packages

DOG = Caption("noto", "dog face", ("animal", "pet"))


@pytest.mark.parametrize(
    ("chances", "colour", "text"),
    [
        ((0, 0, 0.9, 0), "", "noto dog face"),
        ((0.9, 0, 0.9, 0), "", "dog face"),
        ((0, 0, 0, 0.9), "", "noto dog face pet"),
        ((0, 0.9, 0, 0), "", "noto animal"),
        ((0, 0.9, 0.9, 0), "blue", "noto blue dog face"),
    ],
)
def test_a_text_has_the_words_that_chance_chooses(chances: tuple[float, ...], colour: str, text: str) -> None:
    assert DOG.text(list(chances), colour) == text


def test_without_keywords_the_name_is_said() -> None:
    assert Caption("noto", "dog face", ()).text([0.9, 0.9, 0, 0]) == "dog face"


def test_the_vocabulary_has_names_styles_colours_and_keywords_that_two_share(tmp_path: Path) -> None:
    words = vocabulary(read_table(packages(tmp_path)))
    assert set(words) == {*STYLES, *HUES, "dog", "face", "pig", "red", "heart", "animal", "mammal"}
    assert len(words) == len(set(words))


def test_keywords_of_unknown_words_and_of_colours_are_left_out(tmp_path: Path) -> None:
    found = {caption.name: caption.keywords for caption in captions(read_table(packages(tmp_path)))}
    assert found == {
        "dog face": ("animal", "animal mammal"),
        "pig face": ("animal", "animal mammal"),
        "red heart": ("heart",),
    }


def test_each_picture_has_its_own_style_and_name_in_the_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for chance, value in (("STYLED", 1), ("NAMED", 1), ("MORE", 0), ("REPAINTED", 1e-9)):
        monkeypatch.setattr(emoji_examples, chance, value)
    pictures, texts = EmojiExamples(read_table(packages(tmp_path))).batch(Rows.first(0, 64), 0)
    assert set(texts) == {"noto dog face", "fluent dog face", "noto pig face", "noto red heart", "fluent red heart"}
    middles = {text: picture[:, 16, 16] for text, picture in zip(texts, pictures, strict=True)}
    torch.testing.assert_close(middles["noto red heart"], torch.tensor([1.0, -1.0, -1.0]))
    torch.testing.assert_close(middles["noto dog face"], torch.tensor([0x80, 0x40, 0]) / 127.5 - 1)


def test_a_repainted_picture_says_its_colour_and_one_that_has_a_colour_in_its_name_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(emoji_examples, "REPAINTED", 1)
    pictures, texts = EmojiExamples(read_table(packages(tmp_path))).batch(Rows.first(0, 64), 0)
    for text, picture in zip(texts, pictures, strict=True):
        colours = [word for word in text.split() if word in HUES]
        assert len(colours) == 1 or "heart" in text or "pig" in text  # a green one is asked for as a new one
        if colours == ["blue"] and "dog" in text:
            assert picture[2, 16, 16] > picture[0, 16, 16]
        if "red heart" in text:
            torch.testing.assert_close(picture[:, 16, 16], torch.tensor([1.0, -1.0, -1.0]), atol=0.02, rtol=0)
    assert any("blue dog" in text for text in texts)


def test_every_word_of_a_text_is_known(tmp_path: Path) -> None:
    emoji = read_table(packages(tmp_path))
    examples, known = EmojiExamples(emoji), Vocabulary(vocabulary(emoji), 12)
    texts = [text for step in range(10) for text in examples.batch(Rows.first(0, 16), step)[1]]
    assert not [word for text in texts for word in known.unknown(text)]


def test_a_picture_and_its_text_are_the_same_in_a_larger_batch(tmp_path: Path) -> None:
    examples = EmojiExamples(read_table(packages(tmp_path)))
    few, many = examples.batch(Rows.first(0, 3), 5), examples.batch(Rows.first(0, 9), 5)
    assert torch.equal(few[0], many[0][:3])
    assert few[1] == many[1][:3]


def test_a_second_start_goes_on_and_the_file_opens(tmp_path: Path) -> None:
    emoji, recipe = read_table(packages(tmp_path / "packages")), Recipe(batch=2)
    losses = list(course(emoji, tmp_path / "whole", recipe).train(until=2))
    first, second = (course(emoji, tmp_path / "parts", recipe) for _ in range(2))
    begun = list(first.train(until=1))
    first.keep()
    assert begun + list(second.train(until=2)) == losses
    second.keep()
    configuration = open_checkpoint(tmp_path / "parts" / "emoji.safetensors").configuration
    assert configuration.recipe.startswith("2 steps, 4 pictures seen: 5 pictures of 3 emoji")
    assert "Apache-2.0" in configuration.licence


def test_no_picture_is_repainted_as_a_new_prompt_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for chance, value in (("STYLED", 0), ("NAMED", 1), ("MORE", 0), ("REPAINTED", 1)):
        monkeypatch.setattr(emoji_examples, chance, value)
    examples = EmojiExamples(read_table(packages(tmp_path)))
    _, texts = examples.batch(Rows.first(0, 256), 0)
    assert {"green pig face", "blue pig face", "green dog face"} - set(texts) == {"green pig face"}
