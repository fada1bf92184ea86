"""Solving with gradients: from the sample back to the noise, without keeping what every network holds in between."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from graphs import InputError
from nodes.contracts.context import Context
from nodes.contracts.driving import advance, of_its_law
from nodes.contracts.program import Parts
from nodes.contracts.reward import Reward
from nodes.contracts.sample import Sample
from nodes.contracts.state import State


def solved(parts: Parts, noise: Sample, ctx: Context, *, checkpointing: bool) -> Sample:
    """The sample that a noise becomes, with the graph of gradients that leads back to it.

    With `checkpointing` only the state between steps is kept, and each step is computed again on the way back.
    """
    with torch.enable_grad():
        noise = of_its_law(noise, parts.model)
        state = parts.solver.start(noise, parts.levels, ctx)
        for s_next in parts.levels.of(state.rows)[1:]:
            step = stepping(parts, s_next, ctx)
            if checkpointing:
                # The draws are functions of the rows, so no generator has to be put back.
                made: State = checkpoint(step, state, use_reentrant=False, preserve_rng_state=False)
                state = made
            else:
                state = step(state)
        return parts.solver.finish(state, ctx)


def stepping(parts: Parts, s_next: Tensor, ctx: Context) -> Callable[[State], State]:
    """One step as a function of the state."""

    def step(state: State) -> State:
        return advance(parts.model, parts.solver, state, s_next, ctx)

    return step


def with_gradients(parts: Parts, reward: Reward) -> None:
    """`InputError` where a gradient of the reward does not lead back to the noise."""
    for where, has, what in (
        ("reward", "differentiable" in reward.abilities, type(reward).__name__),
        ("program", "differentiable" in parts.model.abilities, f"a program of {type(parts.model).__name__}"),
    ):
        if not has:
            raise InputError(
                "there is no gradient that leads back to the noise",
                where=where,
                given=what,
                allowed='a reward and a model with the ability "differentiable"',
                mend="use a search without gradients, as search.zero_order",
            )
