"""Re-ranking of completions: several guesses of all tokens, one of them drawn by its weight."""

from __future__ import annotations

import math
from typing import Annotated, Literal, TypeAlias

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from graphs import Estimate, InputError, Known, Number, abilities, also, needs, node
from nodes.contracts.asking import predict
from nodes.contracts.context import Context
from nodes.contracts.devices import moved, put_rows, take_rows
from nodes.contracts.kernel import Kernel
from nodes.contracts.levels import any_place
from nodes.contracts.model import Model, Wrapper
from nodes.contracts.query import Prediction, Query
from nodes.contracts.reward import Reward, score
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.contracts.state import State
from nodes.search.potentials import LARGEST
from nodes.solver.over import Over

Weigh: TypeAlias = Literal["reward", "density"]
Level: TypeAlias = Annotated[float, Number(minimum=0, infinite=True)]
RAREST = -69.0
"""The log probability of what was not chosen, so that logits stay finite."""


def cost(known: Known) -> Estimate:
    """The solver's own; not known where the reward asks a model."""
    inner = known.input("solver")
    return Estimate(calls=None if known.asks("reward").high else inner.calls, saves=inner.saves)


@node(abilities=abilities(like="solver"), cost=cost, also=("search.energy_diffusion",))
def edlm(
    solver: Annotated[Solver, needs("tokens")],
    reward: Reward,
    *,
    candidates: Annotated[int, Number(integer=True, minimum=1, maximum=4096, work=True), also("particles", "k")] = 8,
    strength: Annotated[float, Number(minimum=0, maximum=1e6), also("lmbda")] = 1.0,
    weigh: Weigh = "reward",
    sigma_min: Level = 0.0,
    sigma_max: Level = math.inf,
) -> Solver:
    """Energy-based diffusion of tokens, EDLM (Xu et al. 2024, arXiv:2410.21357): completions are weighed as a whole.

    A model of masked tokens predicts every position by itself. At each step k = `candidates` completions x0 are drawn
    from that product q(x0 | x), one of them is drawn by its weight w, and the step reveals tokens of that one alone.
    "reward": w = exp(strength · r(x0)), so that it leans to q · exp(strength · r). "density": r is the log probability
    of data (an autoregressive model's, or reward.log_likelihood), and w = exp(strength · r(x0) − log q(x0 | x)): as k
    grows, the completion is drawn from the true joint law of all positions, in however few steps. It weighs at levels s
    with sigma_min < s ≤ sigma_max. x [B, L] int64. 1 candidate is the solver, bitwise.
    Cost: the solver's calls; k rewards for each row and step. Errors: a solver of what is no tokens.
    """
    if "tokens" not in solver.abilities:
        raise InputError(
            "completions are those of tokens",
            where="solver",
            given=type(solver).__name__,
            allowed="a solver of tokens",
            mend="wire solver.unmask, or use search.svdd for points",
        )
    return solver if candidates == 1 else Edlm(solver, reward, candidates, strength, weigh, (sigma_min, sigma_max))


class Edlm(Over):
    """The solver of `edlm`."""

    def __init__(
        self, inner: Solver, reward: Reward, candidates: int, strength: float, weigh: Weigh, window: tuple[float, float]
    ) -> None:
        super().__init__(inner)
        self.reward, self.candidates, self.strength, self.window = reward, candidates, strength, window
        self.weigh: Weigh = weigh

    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """The inner solver's step with a model that has made up its mind."""
        return self.inner.step(self.ranked(model), state, s_next, ctx)

    def kernel(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> Kernel:
        """The inner solver's kernel, the completion chosen."""
        return self.inner.kernel(self.ranked(model), state, s_next, ctx)

    def ranked(self, model: Model) -> Model:
        """The model that answers with one completion."""
        return Ranked(model, self.reward, self.candidates, self.strength, self.weigh, self.window)


class Ranked(Wrapper):
    """A model of tokens that answers with one completion, drawn by its weight."""

    def __init__(
        self, model: Model, reward: Reward, candidates: int, strength: float, weigh: Weigh, window: tuple[float, float]
    ) -> None:
        self.model, self.reward, self.candidates, self.strength = model, reward, candidates, strength
        self.weigh: Weigh = weigh
        self.window = window
        self.space, self.abilities = model.space, model.abilities - {"prompt", "differentiable"}

    def cost(self, s: float) -> float:
        """The model's own."""
        return self.model.cost(s)

    def answer(self, q: Query, ctx: Context) -> Prediction:
        """Logits that are all on the completion, at levels within the window."""
        answer = predict(self.model, q.inside(), ctx)
        low, high = self.window
        index = any_place((q.s > low) & (q.s <= high)).nonzero()[:, 0]
        if not len(index):
            return answer
        with torch.no_grad():
            chosen = self.completed(q.take(index), take_rows(answer.x0, index), ctx)
        sure = torch.where(one_hot(chosen, answer.x0.shape[-1]).bool(), 0.0, RAREST).to(answer.x0.dtype)
        return Prediction(put_rows(answer.x0, index, sure), answer.eps, answer.keep, answer.aux)

    def completed(self, q: Query, logits: Tensor, ctx: Context) -> Tensor:
        """One completion of each row, [B, L]."""
        known = (q.x != self.space.mask)[:, None]
        drawn = torch.stack([ctx.noise.categorical(q, logits, "edlm", number) for number in range(self.candidates)], 1)
        drawn = torch.where(known, q.x[:, None], drawn)
        weights = self.strength * self.scores(q, drawn, ctx)
        if self.weigh == "density":
            each = torch.log_softmax(logits.double(), -1)[:, None].expand(-1, self.candidates, -1, -1)
            proposal = each.gather(-1, drawn[..., None])[..., 0]
            weights = weights - torch.where(known, 0.0, proposal).sum(2)
        weights = weights.nan_to_num(-LARGEST).clamp(-LARGEST, LARGEST)
        place = ctx.noise.categorical(q, weights, "edlm/choice")
        return drawn[torch.arange(len(drawn), device=drawn.device), place]

    def scores(self, q: Query, drawn: Tensor, ctx: Context) -> Tensor:
        """The rewards of completions [B, K, L], [B, K]."""
        index = torch.arange(len(drawn)).repeat_interleave(self.candidates)
        clean = torch.zeros(len(index), dtype=torch.float64)
        sample = Sample(drawn.flatten(0, 1), clean, self.space, q.rows.take(index))
        return moved(score(self.reward, sample, ctx), drawn.device).reshape(drawn.shape[:2])
