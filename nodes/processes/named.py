"""The processes by name."""

from __future__ import annotations

from typing import Literal, TypeAlias

from nodes.contracts.process import Process
from nodes.processes.cosine import Cosine
from nodes.processes.exploding import Geometric, Straight
from nodes.processes.flow import Flow
from nodes.processes.linear import Linear
from nodes.processes.table import Discrete, cosine_table, linear_table, scaled_linear_table

ProcessName: TypeAlias = Literal[
    "flow", "vp_linear", "vp_cosine", "ve", "edm", "ddpm_linear", "ddpm_scaled_linear", "ddpm_squaredcos_cap_v2"
]
"""Continuous times first; those of "ddpm" are 0 … 999, named as `beta_schedule` of diffusers names them."""


def process_named(name: ProcessName) -> Process:
    """The process with the constants of its paper."""
    match name:
        case "flow":
            return Flow()
        case "vp_linear":
            return Linear()
        case "vp_cosine":
            return Cosine()
        case "ve":
            return Geometric()
        case "edm":
            return Straight()
        case "ddpm_linear":
            return Discrete(linear_table())
        case "ddpm_scaled_linear":
            return Discrete(scaled_linear_table())
        case "ddpm_squaredcos_cap_v2":
            return Discrete(cosine_table())
