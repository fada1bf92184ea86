"""A denoiser's file."""

from __future__ import annotations

from pathlib import Path

import torch

from nodes.networks.configuration import NetworkConfiguration
from nodes.networks.denoiser import Denoiser
from nodes.networks.stored import Kind, open_stored, read_stored, serialise_stored


def _built(configuration: NetworkConfiguration) -> Denoiser:
    return Denoiser(configuration)


DENOISER = Kind(
    architecture="unet",
    read=NetworkConfiguration.model_validate_json,
    floor=lambda configuration: configuration.parameter_floor,
    build=_built,
)


def read_configuration(path: Path) -> NetworkConfiguration:
    """The configuration of the denoiser stored at `path`, see `read_stored`."""
    return read_stored(DENOISER, path)


def open_checkpoint(path: Path) -> Denoiser:
    """The denoiser stored at `path`, see `open_stored`."""
    return open_stored(DENOISER, path)


def serialise(network: Denoiser, dtype: torch.dtype = torch.float16) -> bytes:
    """The file that `open_checkpoint` opens as this network, its weights rounded to `dtype`, a floating type."""
    return serialise_stored(network, network.configuration, dtype)
