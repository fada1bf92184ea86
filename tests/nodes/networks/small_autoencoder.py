"""A small autoencoder, for the tests of its parts."""

from __future__ import annotations

import torch
from torch import nn

from nodes.networks.autoencoder import Autoencoder
from nodes.networks.autoencoder_configuration import AutoencoderConfiguration, Latents

LATENTS = Latents(
    shift=(0.5, -1.0),
    scale=(2.0, 0.25),
    preview=((1.0, 0.0, 0.5), (0.0, 1.0, 0.0), (2.0, -1.0, 0.0)),
)

SMALL = AutoencoderConfiguration(
    channels=3,
    latent_channels=2,
    size=16,
    patch=2,
    encoder_widths=(4, 8),
    encoder_blocks=(0, 1),
    decoder_widths=(4, 8),
    decoder_blocks=(1, 0),
    latents=LATENTS,
    title="small",
)


def random_autoencoder(configuration: AutoencoderConfiguration = SMALL, seed: int = 0) -> Autoencoder:
    """One with every weight random, so that no branch is silent."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = Autoencoder(configuration)
        for parameter in network.parameters():
            nn.init.normal_(parameter, std=0.3)
    return network.eval().requires_grad_(requires_grad=False)
