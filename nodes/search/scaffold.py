"""A scaffold for tokens: letters that are given, around those that are sampled."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import torch
from torch import Tensor

from graphs import Estimate, InputError, Known, TextBox, abilities, needs, node
from nodes.contracts.context import Context
from nodes.contracts.devices import moved
from nodes.contracts.levels import Levels
from nodes.contracts.model import Model
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.contracts.space import Space
from nodes.contracts.state import State
from nodes.solver.over import Over

OPEN = "_"
"""Stands for a token that is sampled."""


def cost(known: Known) -> Estimate:
    """The solver's own."""
    inner = known.input("solver")
    return Estimate(calls=inner.calls, saves=inner.saves)


@node(abilities=abilities(like="solver"), cost=cost)
def scaffold(solver: Annotated[Solver, needs("tokens")], *, template: Annotated[str, TextBox()] = "") -> Solver:
    """A template of tokens that stay as they are, as in infilling (Sahoo et al. 2024, arXiv:2406.07524) or a schema.

    `template` is written in the tokens of the vocabulary, one a position, with "_" for each that is sampled: "s_n"
    fixes the first and the last of three; it may be shorter than x [B, L], the rest is open. The given tokens are there
    from the start, and are put back after every step x' = where(given, template, x'), so that a model of masked tokens
    sees them as revealed; of the exact one samples have the law p(x | given). An empty one is the solver, bitwise.
    Cost: the solver's calls. Errors: a token that is not of the vocabulary, a template that is too long, a solver of
    what is no tokens.
    """
    if "tokens" not in solver.abilities:
        raise InputError(
            "a scaffold is one of tokens",
            where="solver",
            given=type(solver).__name__,
            allowed="a solver of tokens",
            mend="wire solver.unmask; for points use solver.inpaint",
        )
    return Scaffold(solver, template) if template.strip(OPEN) else solver


class Scaffold(Over):
    """The solver of `scaffold`."""

    def __init__(self, inner: Solver, template: str) -> None:
        super().__init__(inner)
        self.template = template

    def start(self, sample: Sample, levels: Levels, ctx: Context) -> State:
        """The inner solver's start, with the given tokens."""
        return self.filled(super().start(sample, levels, ctx))

    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """The inner solver's step, with the given tokens."""
        return self.filled(self.inner.step(model, state, s_next, ctx))

    def filled(self, state: State) -> State:
        """The state with the given tokens."""
        tokens = moved(self.tokens(state.space), state.x.device)
        return replace(state, x=torch.where(tokens < 0, state.x, tokens))

    def tokens(self, space: Space) -> Tensor:
        """The given tokens [L], −1 where one is open."""
        unknown = sorted(set(self.template) - set(space.vocabulary) - {OPEN})
        if unknown or len(self.template) > space.event[0]:
            raise InputError(
                "the template does not fit the tokens",
                where="template",
                given=f"{len(self.template)} tokens" + (f", with {' '.join(unknown)}" if unknown else ""),
                allowed=f'at most {space.event[0]} of {"".join(space.vocabulary)} and "{OPEN}"',
            )
        padded = self.template.ljust(space.event[0], OPEN)
        return torch.tensor([-1 if token == OPEN else space.vocabulary.index(token) for token in padded])
