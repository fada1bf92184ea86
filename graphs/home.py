"""The folders that a person's own things live in."""

from __future__ import annotations

import os
from pathlib import Path

import graphs


def home_folder() -> Path:
    """`NOISELOOM_HOME`, or the platform's folder for a person's data. It need not exist yet."""
    named = os.environ.get("NOISELOOM_HOME")
    if named:
        return Path(named).expanduser()
    import platformdirs  # not needed where the variable is set

    return Path(platformdirs.user_data_dir("noiseloom", appauthor=False))


def workspace_folder() -> Path:
    """Where graphs without a place of their own, as one in a PNG, look for their files."""
    return home_folder() / "workspace"


def assets_folder() -> Path:
    """The weights and pictures that come with Noiseloom."""
    return Path(graphs.__file__).parent.parent / "assets"


def examples_folder() -> Path:
    """The gallery of graphs."""
    return Path(graphs.__file__).parent / "examples"
