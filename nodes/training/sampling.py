"""Digits drawn by a trained network, with the nodes that a graph would use."""

from __future__ import annotations

import torch
from torch import Tensor

from graphs.running.context import Meter
from nodes.contracts.context import Context
from nodes.contracts.driving import drive
from nodes.guidance.cfg import cfg
from nodes.levels.karras import karras
from nodes.model.checkpoint import Network
from nodes.networks.text import DIGITS
from nodes.noise.gaussian import gaussian
from nodes.solver.heun import heun

STEPS = 18


def sampled(network: Network, count: int, guidance: float, seed: int = 0) -> Tensor:
    """So many pictures of each digit, [10 * count, 1, 32, 32]: zero to nine, again and again.

    Heun's method, 18 steps on the levels of Karras et al. between the ends on which the network was trained.
    """
    configuration = network.denoiser.configuration
    levels = karras(num_inference_steps=STEPS, sigma_min=configuration.sigma_min, sigma_max=configuration.sigma_max)
    model = cfg(network, network.prompt(DIGITS), guidance_scale=guidance)
    noise = gaussian(network, count=len(DIGITS) * count, seed=seed)
    *_, last = drive(model, heun(), noise, levels, Context(Meter()))
    return last.x


def asked(count: int) -> Tensor:
    """The digit that each picture of `sampled` was asked to be, [10 * count] int64."""
    return torch.arange(len(DIGITS)).repeat(count)
