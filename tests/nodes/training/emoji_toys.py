"""A folder of packages with a few emoji of one colour each."""

from __future__ import annotations

import json
from pathlib import Path

from PIL import Image

from nodes.training.emoji_table import FLUENT, NOTO, TABLE, WORDS

EMOJI: tuple[tuple[str, str, int, list[str]], ...] = (
    ("2764-FE0F", "heart", 4, ["red_heart", "love", "black", "heavy"]),
    ("1F436", "animal-mammal", 1, ["dog_face", "animal", "puppy"]),
    ("1F437", "animal-mammal", 2, ["pig_face", "animal", "outer space"]),
    ("1F6A9", "flag", 3, ["triangular_flag", "animal"]),
    ("1F9FF", "heart", 5, []),
)
"""Code points, subcategory, place in the order, words; of the last nothing is known."""

COLOURS = {"2764-FE0F": "red", "1F436": "#804000", "1F437": "#ff80a0", "1F6A9": "red", "1F9FF": "blue"}


def packages(folder: Path) -> Path:
    """Write them: every emoji in the first style, all but the pig in the second."""
    entries, words = list[dict[str, str | int]](), dict[str, list[str]]()
    for place in (NOTO, FLUENT):
        (folder / place).mkdir(parents=True)
    (folder / WORDS).parent.mkdir(parents=True)
    for points, kind, order, names in EMOJI:
        file = f"{points.lower()}.png"
        entries.append({"unified": points, "image": file, "subcategory": kind, "sort_order": order, "other": "thing"})
        if names:
            words["".join(chr(int(point, 16)) for point in points.split("-"))] = names
        Image.new("RGBA", (64, 64), COLOURS[points]).save(folder / NOTO / file)
        if points != "1F437":
            Image.new("RGBA", (256, 256), COLOURS[points]).save(folder / FLUENT / f"{plain(points)}.webp")
    (folder / TABLE).write_text(json.dumps(entries))
    (folder / WORDS).write_text(json.dumps(words))
    return folder


def plain(points: str) -> str:
    return points.split("-", maxsplit=1)[0].lower()
