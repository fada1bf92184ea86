"""The words of a text encoder, which single files do not hold: looked for where they may lie, and never fetched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from graphs.errors import InputError
from graphs.model_folders import hub_cache
from nodes.pretrained.configs import read_config
from nodes.pretrained.extra import tokens_of
from nodes.pretrained.original.part import Part
from nodes.pretrained.source import Tokenizer

FOLDERS = ("tokenizer", "tokenizer_2", "tokenizer_3")
FILES = ("tokenizer.json", "tokenizer_config.json", "vocab.json", "merges.txt", "spiece.model")
"""What a vocabulary consists of."""
MOST = 500
"""Folders that are looked into."""


class Words(NamedTuple):
    """A kind of vocabulary: its class, sets of files of which one has to be there, and where people get it.

    The files of the first set are of no other kind that is in use here; the others are where their class is named.
    """

    kind: str
    word: str
    """What stands in the name of its class."""
    needed: tuple[tuple[str, ...], ...]
    origin: str


CLIP = Words(
    "CLIPTokenizer", "CLIP", (("vocab.json", "merges.txt"), ("tokenizer.json",)), "openai/clip-vit-large-patch14"
)
T5 = Words("T5TokenizerFast", "T5", (("spiece.model",), ("tokenizer.json",)), "google/t5-v1_1-xxl")


def words_of(part: Part) -> Words:
    """The kind of vocabulary that a text encoder reads."""
    return T5 if part.kind.startswith("T5") else CLIP


def find_words(words: Words, path: Path, chosen: Path | None) -> Path:
    """A folder with such a vocabulary: in the chosen one, or beside the file, or in the hub's cache; `InputError`."""
    roots = [chosen] if chosen is not None else [path.parent, *_inner(path.parent), *_cached()]
    for root in roots[:MOST]:
        for folder in (*(root / name for name in FOLDERS), root):
            if _fits(folder, words):
                return folder
    sets = " or ".join(" and ".join(files) for files in words.needed)
    raise InputError(
        f"a single file holds no vocabulary, and none of {words.word} was found",
        where=str(path if chosen is None else chosen),
        given="looked beside the file, in the folders there, and in the hub's cache" if chosen is None else "",
        allowed=f"a folder with {sets}",
        mend=f"choose `tokenizer`, any checkpoint's folder of that name, or fetch it once: `hf download {words.origin} "
        f"{' '.join(FILES)}`; a run fetches nothing",
    )


def tokens(part: Part, folder: Path) -> Tokenizer:
    """The tokenizer of an encoder; `InputError` where its words are not those that the encoder was trained with."""
    words = words_of(part)
    # OpenCLIP, which has this activation, fills up with its first word; the other CLIP with the end of the text.
    filling = {"pad_token": "!" if part.config["hidden_act"] == "gelu" else "<|endoftext|>"} if words is CLIP else {}
    made = tokens_of("transformers", words.kind, folder, **filling)
    most = part.config["vocab_size"]
    if isinstance(most, int) and made.eos_token_id >= most:
        raise InputError(
            "the vocabulary is not that of the text encoder",
            where=str(folder),
            given=f"the end of a text is word {made.eos_token_id}",
            allowed=f"at most {most} words",
            mend="choose another `tokenizer`",
        )
    return made


def state_of(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """The files of the vocabularies in a folder, with their sizes and times."""
    places = [place / name for place in (folder, *(folder / inner for inner in FOLDERS)) for name in FILES]
    found = [(str(place), place.stat()) for place in places if place.is_file()]
    return tuple((place, stat.st_size, stat.st_mtime_ns) for place, stat in found)


def _fits(folder: Path, words: Words) -> bool:
    there = [all((folder / name).is_file() for name in files) for files in words.needed]
    if not any(there):
        return False
    named = _class(folder / "tokenizer_config.json")
    return words.word in named if named else there[0]


def _class(config: Path) -> str:
    """The class that a configuration names, if it does."""
    try:
        return str(read_config(config).get("tokenizer_class") or "") if config.is_file() else ""
    except InputError:
        return ""


def _cached() -> Iterator[Path]:
    """The snapshots in the cache of Hugging Face's tools."""
    yield from sorted(hub_cache().glob("models--*/snapshots/*"))


def _inner(folder: Path) -> list[Path]:
    return sorted(entry for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith("."))
