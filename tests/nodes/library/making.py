"""Files of weights that are headers and zeros, and folders as the makers of models lay them out."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path

from pydantic import JsonValue

ITEM = {"F16": 2, "F32": 4, "BF16": 2, "I64": 8}
Shapes = Mapping[str, tuple[int, ...]]


def weights(path: Path, shapes: Shapes, dtype: str = "F16", metadata: Mapping[str, str] | None = None) -> Path:
    """A safetensors file of zeros."""
    header: dict[str, JsonValue] = {"__metadata__": dict(metadata)} if metadata else {}
    end = 0
    for name, shape in shapes.items():
        start, end = end, end + ITEM[dtype] * math.prod(shape)
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(len(text).to_bytes(8, "little") + text + bytes(end))
    return path


def settings(path: Path, **values: JsonValue) -> Path:
    """A file of settings."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values))
    return path


def pipeline(folder: Path, **more: JsonValue) -> Path:
    """A whole pipeline of a network, an autoencoder, a tokenizer and a scheduler."""
    components: dict[str, JsonValue] = {
        "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderKL"],
        "tokenizer": ["transformers", "CLIPTokenizer"],
        "scheduler": ["diffusers", "DDIMScheduler"],
        "safety_checker": ["stable_diffusion", "StableDiffusionSafetyChecker"],
        "image_encoder": [None, None],
        "requires_safety_checker": True,
    }
    settings(folder / "model_index.json", _class_name="StableDiffusionPipeline", **{**components, **more})
    for name in ("unet", "vae"):
        settings(folder / name / "config.json", _class_name="any")
        weights(folder / name / "diffusion_pytorch_model.safetensors", {"a": (10, 10)})
    settings(folder / "tokenizer" / "vocab.json")
    settings(folder / "scheduler" / "scheduler_config.json")
    return folder
