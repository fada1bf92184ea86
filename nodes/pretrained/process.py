"""A checkpoint's process and prediction, from the configuration of its scheduler."""

from __future__ import annotations

from typing import Literal, NamedTuple

import torch
from pydantic import BaseModel, ConfigDict, ValidationError

from graphs.errors import InputError
from nodes.contracts.conversions import Target
from nodes.contracts.process import Process
from nodes.networks.header import first_problem
from nodes.pretrained.configs import Config
from nodes.pretrained.consistency import Boundary
from nodes.process.discrete import table_of
from nodes.processes.flow import Flow
from nodes.processes.table import Discrete, zero_terminal

PREDICTIONS: dict[str, Target] = {
    "epsilon": "epsilon",
    "sample": "sample",
    "v_prediction": "v_prediction",
    "flow_prediction": "velocity",
}
"""What a network predicts, by the word of a configuration."""


class Noising(NamedTuple):
    """How a checkpoint's data were noised, what its network predicts, and its times for a unit of the process's."""

    process: Process
    target: Target
    times: float
    grid: Process
    """The process whose even times make the checkpoint's own grids: the same one, with the shift of a flow."""
    boundary: Boundary | None = None
    """How a consistency model's answer is made of the x0 that it predicts; None of others, whose answer that is."""


class _Tabled(BaseModel):
    """The numbers of a scheduler with a table of β; the defaults are diffusers'."""

    model_config = ConfigDict(extra="ignore")

    num_train_timesteps: int = 1000
    beta_start: float = 1e-4
    beta_end: float = 0.02
    beta_schedule: Literal["linear", "scaled_linear", "squaredcos_cap_v2"] = "linear"
    trained_betas: list[float] | None = None
    prediction_type: str = "epsilon"
    rescale_betas_zero_snr: bool = False


class _Flowing(BaseModel):
    """The numbers of a scheduler of a flow."""

    model_config = ConfigDict(extra="ignore")

    num_train_timesteps: int = 1000
    shift: float = 1.0
    use_dynamic_shifting: bool = False


def noising_of(config: Config, where: str, prediction: str | None = None) -> Noising:
    """The process that a scheduler's configuration describes; `prediction` says otherwise what is predicted.

    `InputError` where the configuration is of a process that is not known, naming it.
    """
    kind = str(config.get("_class_name", ""))
    try:
        if kind.startswith("FlowMatch") or config.get("use_flow_sigmas"):
            flow = _Flowing.model_validate(config)
            grid = Flow(1.0 if flow.use_dynamic_shifting else flow.shift)
            return Noising(Flow(), "velocity", float(flow.num_train_timesteps), grid)
        if kind.startswith(("EDM", "ScoreSde", "KarrasVe", "CMStochastic", "VQDiffusion", "Unclip")):
            raise InputError(
                f"the process of a {kind} is not known here", where=where, allowed="a table of betas, or flow matching"
            )
        table = _Tabled.model_validate(config)
    except ValidationError as error:
        raise InputError(f"the scheduler's configuration cannot be used: {first_problem(error)}", where=where) from None
    process = _tabled(table)
    target = _target(prediction or table.prediction_type, where)
    return Noising(process, target, 1.0, process, Boundary.of(config))


def _tabled(table: _Tabled) -> Process:
    if table.trained_betas is not None:
        alphas_cumprod = torch.cumprod(1 - torch.tensor(table.trained_betas, dtype=torch.float64), 0)
    else:
        alphas_cumprod = table_of(table.beta_schedule, table.num_train_timesteps, table.beta_start, table.beta_end, ())
    return Discrete(zero_terminal(alphas_cumprod) if table.rescale_betas_zero_snr else alphas_cumprod)


def _target(prediction: str, where: str) -> Target:
    found = PREDICTIONS.get(prediction)
    if found is None:
        raise InputError(
            "it is not known what the network predicts", where=where, given=prediction, allowed=", ".join(PREDICTIONS)
        )
    return found
