"""The prompts that the emoji are judged by, fixed before the training."""

from __future__ import annotations

KNOWN = (
    "dog face",
    "pizza",
    "sunflower",
    "rocket",
    "ghost",
    "crab",
    "snowman",
    "hamburger",
    "guitar",
    "smiling face with sunglasses",
)
"""Names of pictures that are learnt."""

NEW = (
    "blue strawberry",
    "purple banana",
    "green pig face",
    "yellow octopus",
    "red broccoli",
    "orange dolphin",
    "pink frog",
    "blue fox",
    "cowboy cat",
    "ghost with sunglasses",
)
"""Combinations that no picture shows: none is drawn so, and none is repainted so."""
