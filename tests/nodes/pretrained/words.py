"""Tokenizers with a handful of words, made without a file from anywhere."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Protocol

TRANSFORMERS = import_module("transformers")  # has no types
MERGES = ("c a", "ca t</w>", "d o", "do g</w>")
"""What makes "cat" and "dog" one token each."""
LENGTH = 77


class Words(Protocol):
    """What is used of a tokenizer."""

    def __len__(self) -> int:
        """How many tokens it knows."""


def clip_words(folder: Path, pad: str = "<|endoftext|>") -> Words:
    """CLIP's tokenizer over bytes."""
    letters = list(import_module("transformers.convert_slow_tokenizer").bytes_to_unicode().values())
    merged = [merge.replace(" ", "") for merge in MERGES]
    tokens = [*letters, *(f"{letter}</w>" for letter in letters), *merged, "<|startoftext|>", "<|endoftext|>"]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.json").write_text(json.dumps({token: number for number, token in enumerate(tokens)}))
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(MERGES) + "\n")
    made: Words = TRANSFORMERS.CLIPTokenizer.from_pretrained(
        folder, local_files_only=True, model_max_length=LENGTH, pad_token=pad
    )
    return made


def t5_words() -> Words:
    """T5's tokenizer over letters and a few words."""
    letters = [(chr(code), -5.0) for code in range(33, 127)]
    known = [(f"▁{word}", -3.0) for word in ("a", "the", "cat", "dog", "red")]
    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0), *letters, *known]
    made: Words = TRANSFORMERS.T5TokenizerFast(vocab=pieces, extra_ids=0, model_max_length=64)
    return made
