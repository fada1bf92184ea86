"""The folders that a person's models lie in; a graph may read from them, and name what is in them."""

from __future__ import annotations

import os
from pathlib import Path

from graphs.home import home_folder

VARIABLE = "NOISELOOM_MODELS"
"""The environment variable that names folders, parted as those of PATH are."""

COMFYUI = ("checkpoints", "diffusion_models", "unet", "vae", "text_encoders", "clip", "loras", "controlnet")
"""The folders of ComfyUI's `models` that hold what graphs use."""


def model_folders() -> tuple[Path, ...]:
    """`NOISELOOM_MODELS`, `models` in the home folder, and the hub's cache; of ComfyUI's folder its `models`.

    They need not exist.
    """
    named = [Path(text).expanduser().absolute() for text in os.environ.get(VARIABLE, "").split(os.pathsep) if text]
    return tuple(dict.fromkeys((*map(_inner, named), home_folder().absolute() / "models", hub_cache())))


def hub_cache() -> Path:
    """The folder that Hugging Face's tools keep what they fetched in, as their own variables say."""
    for variable in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        if named := os.environ.get(variable):
            return Path(os.path.expandvars(named)).expanduser().absolute()
    if named := os.environ.get("HF_HOME"):
        return Path(os.path.expandvars(named)).expanduser().absolute() / "hub"
    caches = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(caches).expanduser().absolute() / "huggingface" / "hub"


def _inner(folder: Path) -> Path:
    """The models of a ComfyUI folder, of which the rest is none of a graph's business; else the folder itself."""
    inner = folder / "models"
    return inner if any((inner / name).is_dir() for name in COMFYUI) else folder
