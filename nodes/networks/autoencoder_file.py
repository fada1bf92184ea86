"""An autoencoder's file."""

from __future__ import annotations

import hashlib
from pathlib import Path

import torch

from nodes.networks.autoencoder import Autoencoder
from nodes.networks.autoencoder_configuration import AutoencoderConfiguration
from nodes.networks.stored import Kind, open_stored, serialise_stored


def _built(configuration: AutoencoderConfiguration) -> Autoencoder:
    return Autoencoder(configuration)


AUTOENCODER = Kind(
    architecture="autoencoder",
    read=AutoencoderConfiguration.model_validate_json,
    floor=lambda configuration: configuration.parameter_floor,
    build=_built,
)


def open_autoencoder(path: Path) -> Autoencoder:
    """The autoencoder stored at `path`, see `open_stored`."""
    return open_stored(AUTOENCODER, path)


def serialise_autoencoder(network: Autoencoder, dtype: torch.dtype = torch.float16) -> bytes:
    """The file that `open_autoencoder` opens as this network, its weights rounded to `dtype`, a floating type."""
    return serialise_stored(network, network.configuration, dtype)


def codec_name(network: Autoencoder) -> str:
    """What the latents of this network are called: by its weights and the scale of its latents.

    It stands in files of networks that work on these latents, so it depends on nothing that is only told or shown.
    """
    hashed = hashlib.blake2b(digest_size=4)
    for name, tensor in sorted(network.state_dict().items()):
        hashed.update(name.encode() + tensor.to("cpu", torch.float32).contiguous().numpy().tobytes())
    latents = network.configuration.latents
    hashed.update(repr((latents.shift, latents.scale)).encode())
    return f"autoencoder-{hashed.hexdigest()}"
