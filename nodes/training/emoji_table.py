"""Which emoji there are: their names, other words for them, and where each style keeps its picture.

Read from the folder into which npm installed the packages; nothing of them comes with Noiseloom.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from graphs.errors import InputError
from nodes.networks.text import split

Kind = TypeVar("Kind")

STYLES = ("noto", "fluent")
"""Google's Noto, flat, and Microsoft's Fluent in 3D; also the words that ask for them."""

KINDS = frozenset(
    {
        *("face-smiling", "face-affection", "face-glasses", "face-hat", "face-costume", "cat-face", "heart"),
        *("animal-mammal", "animal-bird", "animal-amphibian", "animal-reptile", "animal-marine", "animal-bug"),
        *("plant-flower", "plant-other", "sky & weather", "transport-air", "musical-instrument"),
        *("food-fruit", "food-vegetable", "food-prepared", "food-asian", "food-sweet", "drink"),
    }
)
"""The subcategories that are learnt: what a person would ask for and what can be told apart at 32 pixels."""

TABLE = Path("emoji-datasource-google", "emoji.json")
NOTO = Path("emoji-datasource-google", "img", "google", "64")
FLUENT = Path("@lobehub", "fluent-emoji-3d", "assets")
WORDS = Path("emojilib", "dist", "emoji-en-US.json")
"""Where they lie in the folder."""

INSTALL = "npm install --ignore-scripts emoji-datasource-google@16 @lobehub/fluent-emoji-3d@1 emojilib@4"


@dataclass(frozen=True)
class Emoji:
    """One emoji: its name and other words for it, lower case, and the picture's file in each style that has one."""

    name: str
    keywords: tuple[str, ...]
    files: dict[str, Path]


class Entry(BaseModel):
    """What is read of a line of the table; `unified` is the code points, `image` the file of the Noto picture."""

    unified: str
    image: str
    subcategory: str
    sort_order: int

    @property
    def characters(self) -> str:
        """The emoji itself."""
        return "".join(chr(int(point, 16)) for point in self.unified.split("-"))


def read_table(folder: Path) -> list[Emoji]:
    """The emoji of `KINDS` that have a picture, in the order of the standard.

    `InputError` where the folder lacks a package or a table cannot be read.
    """
    entries = _read(TypeAdapter(list[Entry]), folder / TABLE)
    words = _read(TypeAdapter(dict[str, list[str]]), folder / WORDS)
    fluent = {_plain(path.stem): path for path in sorted((folder / FLUENT).glob("*.webp"))}
    if not fluent:
        raise _missing(folder / FLUENT)
    chosen = sorted((entry for entry in entries if entry.subcategory in KINDS), key=lambda entry: entry.sort_order)
    return list(_described(chosen, words, folder / NOTO, fluent))


def _described(
    entries: list[Entry], words: dict[str, list[str]], noto: Path, fluent: dict[str, Path]
) -> Iterator[Emoji]:
    for entry in entries:
        told = words.get(entry.characters) or words.get(entry.characters.replace("\ufe0f", "")) or []
        found = {"noto": noto / entry.image, "fluent": fluent.get(_plain(entry.unified))}
        files = {style: path for style, path in found.items() if path is not None and path.is_file()}
        if told and files:
            name, *others = (" ".join(split(text.replace("_", " "))) for text in [*told, entry.subcategory])
            yield Emoji(name, tuple(dict.fromkeys(other for other in others if other)), files)


def _plain(points: str) -> str:
    """Code points as a file is called by them, without the mark that asks for a coloured picture."""
    return points.lower().replace("-fe0f", "")


def _read(adapter: TypeAdapter[Kind], path: Path) -> Kind:
    try:
        return adapter.validate_json(path.read_bytes())
    except FileNotFoundError:
        raise _missing(path) from None
    except ValidationError as error:
        problem = f"this is no table of emoji: {error.errors()[0]['msg']}"
        raise InputError(problem, where=str(path), mend=INSTALL) from None


def _missing(path: Path) -> InputError:
    return InputError("the emoji to train on are not here", where=str(path), mend=f"in the folder: {INSTALL}")
