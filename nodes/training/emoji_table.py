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

TWINS = frozenset(
    {
        *("grinning face with big eyes", "beaming face with smiling eyes", "grinning squinting face", "melting face"),
        *("face with tears of joy", "slightly smiling face", "smiling face with tear", "kissing face"),
        *("kissing face with closed eyes", "kissing face with smiling eyes", "face with monocle", "disguised face"),
        *("smiling face", "alien monster", "grinning cat with smiling eyes", "weary cat", "cat with wry smile"),
        *("heart decoration", "heart exclamation", "mending heart", "growing heart", "beating heart", "two hearts"),
        *("revolving hearts", "light blue heart", "heart with ribbon"),
        *("guide dog", "service dog", "orangutan", "leopard", "bison", "ox", "water buffalo", "boar"),
        *("pig nose", "ram", "ewe", "two hump camel", "mammoth", "chipmunk", "badger"),
        *("hatching chick", "front facing baby chick", "dodo", "wing", "black bird", "phoenix"),
        *("lizard", "sauropod", "spouting whale", "oyster"),
        *("cockroach", "cricket", "mosquito", "spider web", "microbe", "beetle"),
        *("rosette", "wilted flower", "hyacinth", "blossom", "sheaf of rice", "shamrock", "leaf fluttering in wind"),
        *("empty nest", "leafless tree", "fallen leaf", "olive", "beans", "ginger root", "root vegetable"),
        *(
            "brown mushroom",
            "flatbread",
            "stuffed flatbread",
            "tamale",
            "falafel",
            "cut of meat",
            "shallow pan of food",
        ),
        *("pot of food", "bowl with spoon", "canned food", "rice cracker", "oden", "fortune cookie"),
        *("fish cake with swirl", "roasted sweet potato", "curry rice", "custard"),
        *("teacup without handle", "sake", "pouring liquid", "clinking beer mugs", "clinking glasses", "mate"),
        *("waxing crescent moon", "first quarter moon", "waxing gibbous moon", "waning gibbous moon"),
        *("last quarter moon", "waning crescent moon", "new moon face", "first quarter moon face"),
        *("last quarter moon face", "milky way", "sun behind small cloud", "sun behind large cloud", "fog"),
        *("sun behind rain cloud", "wind face", "umbrella on ground", "snowman without snow"),
        *("small airplane", "airplane departure", "airplane arrival", "seat", "suspension railway"),
        *("mountain cableway", "aerial tramway", "long drum", "banjo"),
    }
)
"""Left out: what another of its kind shows better, or what cannot be told from it at 32 pixels."""

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
    """The emoji of `KINDS` that have a picture, but for `TWINS`, in the order of the standard.

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
        name, *others = (" ".join(split(text.replace("_", " "))) for text in [*told, entry.subcategory])
        if told and files and name not in TWINS:
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
