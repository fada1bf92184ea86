"""An exact network that is not told the noise level."""

from __future__ import annotations

from typing import Annotated

from graphs import Estimate, InputError, Known, Number, abilities, node
from nodes.contracts.conversions import Target
from nodes.contracts.model import Model
from nodes.contracts.process import Process
from nodes.exact.components import Components
from nodes.exact.noise_blind import NoiseBlind
from nodes.processes.flow import Flow


def cost(known: Known) -> Estimate:
    """The model's own."""
    return Estimate(each=known.input("model").each)


@node(abilities=abilities(like="model", without=("level_map",)), cost=cost)
def noise_blind(
    model: Model,
    process: Process | None = None,
    *,
    target: Target = "velocity",
    num_times: Annotated[int, Number(integer=True, minimum=1, maximum=4096, work=True)] = 64,
) -> Model:
    """An exact model that is not told the noise level: what a network without time input becomes (arXiv:2502.13129).

    A network that is trained to give the target r at points x_t = α x0 + σ ε of a process, at times t that are equally
    likely, and is shown x_t [B, *event] alone, becomes R(x) = ∫ p(t | x) E[r | x, t] dt (Sun et al. 2025). The levels
    are guessed from x, which succeeds the better the more coordinates there are; R is then read as the target at the
    level that is asked about. p(t | x) is the exact model's own density, over `num_times` times, the middles of equal
    parts of the process's. By the paper flow matching bears it well, and deterministic DDIM, of ε, does not.
    Without a process it is flow matching. Conditions as before, gradients flow.
    Cost: 1 model row per sample, though it computes `num_times` of the exact model's answers.
    Errors: a model that is not exact, as a network: for these model.frozen_time.
    """
    if not isinstance(model, Components) or model.space.vocabulary:
        raise InputError(
            "the law of the model's data is not known",
            where="model",
            given=type(model).__name__,
            allowed="model.gaussian, model.mixture or model.empirical, wired directly",
            mend="use model.frozen_time, which asks any model at one level",
        )
    return NoiseBlind(model, process or Flow(), target, num_times)
