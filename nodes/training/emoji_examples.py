"""Emoji to train on: pictures drawn a little otherwise each time, with texts that a person might ask for them by."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import torch
from torch import Tensor

from nodes.contracts.draws import uniform
from nodes.contracts.rows import Rows
from nodes.training.emoji_pictures import HUES, SIZE, colourfulness, draw, read_picture, repaint, varied
from nodes.training.emoji_prompts import NEW
from nodes.training.emoji_table import STYLES, Emoji

STYLED, NAMED, MORE, REPAINTED = 0.85, 0.85, 0.3, 0.35
"""How often the text has the style, the name rather than a keyword, a keyword more; how often colours are replaced."""

COLOURFUL = 0.05
"""Less colour than that is not worth replacing."""

COLOURS = frozenset(HUES) | {"black", "white", "brown", "gray", "rainbow"}
"""Words that say a colour already."""


@dataclass(frozen=True)
class Caption:
    """What a picture is called: its style, its name, and keywords."""

    style: str
    name: str
    keywords: tuple[str, ...]

    def text(self, chances: list[float], colour: str = "") -> str:
        """The words for four chances in [0, 1): style, name or keyword, a keyword more, and which keyword."""
        styled, named, more, which = chances
        words = [self.style] if styled < STYLED else []
        keyword = self.keywords[int(which * len(self.keywords))] if self.keywords else ""
        by_name = colour or named < NAMED or not keyword  # "blue animal" would be of anything
        parts = [colour, self.name if by_name else keyword, keyword if by_name and more < MORE else ""]
        return " ".join([*words, *(part for part in parts if part)])


def vocabulary(emoji: list[Emoji]) -> tuple[str, ...]:
    """The words: styles, colours, those of every name, and those of keywords that two emoji share."""
    names = {word for one in emoji for word in one.name.split()}
    shared = Counter(word for one in emoji for word in {word for text in one.keywords for word in text.split()})
    common = {word for word, count in shared.items() if count > 1}
    return tuple(dict.fromkeys([*STYLES, *HUES, *sorted(names | common)]))


def captions(emoji: list[Emoji]) -> list[Caption]:
    """One for each picture, in the order of `pictures`.

    Keywords of unknown words are left out, and those of colours: some say the colour of the outline.
    """
    known = frozenset(vocabulary(emoji)) - COLOURS
    return [
        Caption(style, one.name, tuple(text for text in one.keywords if known.issuperset(text.split())))
        for one in emoji
        for style in one.files
    ]


def pictures(emoji: list[Emoji], size: int = SIZE) -> Tensor:
    """All pictures of all emoji, to be drawn in `size`: uint8 [N, 3, 2 size, 2 size]."""
    return torch.stack([read_picture(path, size) for one in emoji for path in one.files.values()])


class EmojiExamples:
    """Emoji, each drawn anew each time with `size` pixels a side, with words for it."""

    def __init__(self, emoji: list[Emoji], size: int = SIZE) -> None:
        self.kept, self.captions = pictures(emoji, size), captions(emoji)
        plain = torch.tensor([COLOURS.isdisjoint(caption.name.split()) for caption in self.captions])
        self.paintable = plain & (colourfulness(self.kept) > COLOURFUL)

    @property
    def deviation(self) -> float:
        """The standard deviation of all values of the pictures in [-1, 1], to two places."""
        return round(float((self.kept.float() / 127.5).std()), 2)

    def batch(self, rows: Rows, step: int) -> tuple[Tensor, list[str]]:
        """Pictures drawn with replacement; some in another colour, which the text then says."""
        which = (uniform(rows, (), "which", step=step) * len(self.kept)).long()
        chances = uniform(rows, (4,), "words", step=step).tolist()
        colours = self._colours(rows, step, which)
        hues = torch.tensor([HUES.get(colour, (0.0, 0.0, 0.0)) for colour in colours])
        drawn = draw(self.kept[which], varied(rows, step))
        painted = torch.tensor([bool(colour) for colour in colours])[:, None, None, None]
        chosen = zip(which.tolist(), chances, colours, strict=True)
        texts = [self.captions[number].text(chance, colour) for number, chance, colour in chosen]
        return torch.where(painted, repaint(drawn, hues), drawn), texts

    def _colours(self, rows: Rows, step: int, which: Tensor) -> list[str]:
        """The colour that each picture is repainted in, or nothing; never as one of the new prompts asks."""
        chances = (uniform(rows, (), "colour", step=step) / REPAINTED).tolist()
        return [self._colour(number, chance) for number, chance in zip(which.tolist(), chances, strict=True)]

    def _colour(self, number: int, chance: float) -> str:
        if chance >= 1 or not self.paintable[number]:
            return ""
        colour = tuple(HUES)[int(chance * len(HUES))]
        return "" if f"{colour} {self.captions[number].name}" in NEW else colour
