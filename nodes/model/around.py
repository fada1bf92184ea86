"""A model of points as one of what is left of them without a mean."""

from __future__ import annotations

from dataclasses import replace

from graphs import Estimate, Known, abilities, node
from nodes.codec.around import Mean
from nodes.contracts.context import Context
from nodes.contracts.model import Asks, Mixer, Model
from nodes.contracts.query import Prediction, Query
from nodes.contracts.sample import Sample
from nodes.guidance.branches import refuse_tokens


def cost(known: Known) -> Estimate:
    """The model's own."""
    return Estimate(each=known.input("model").each)


@node(cost=cost, abilities=abilities(like="model", without=("prompt",)))
def around(model: Model, mean: Sample) -> Model:
    """A model of x [B, *event] as one of z = x − μ: what mean-reverting processes are sampled with.

    A process that drifts to a known μ, x_t = α x0 + (1 − α) μ + σ ε, is z_t = α z0 + σ ε in z, a plain one, so every
    solver of z solves it: at x = z + α μ on the wire the model is asked, and z0 = x0 − μ. Exact at every level. With
    process.mean_reverting it is IR-SDE (Luo et al. 2023, arXiv:2301.11699) and its MR Sampler (Li et al. 2025,
    arXiv:2502.07856), with process.ou_ve OU-VE (arXiv:2203.17004), with process.vp_linear (beta_min = 0.05) the
    decoder of Grad-TTS (Popov et al. 2021, arXiv:2105.06337), whose noise may pass noise.temperature. Wire the noise
    `like` this model, the levels of that process, and decode the sample by codec.around of the same mean. Begun at a
    level that is not inf, the sample starts near μ instead of near 0. Row r has the mean of its origin,
    `origin mod R`. Cost: the model's rows. Errors: a mean that is noised, tokens or of another space than the model.
    """
    refuse_tokens(model)
    known = Mean.of(mean)
    known.require(model.space)
    return AroundMean(model, known)


class AroundMean(Mixer):
    """The model of `around`."""

    def __init__(self, model: Model, mean: Mean) -> None:
        self.model, self.mean = model, mean
        self.space, self.abilities = mean.left, model.abilities - {"prompt"}

    def cost(self, s: float) -> float:
        """The model's own."""
        return self.model.cost(s)

    def asks(self, q: Query, ctx: Context) -> Asks:
        """About the point that is left with its mean."""
        return [(self.model, replace(q, x=q.x + self.mean.at(q.s, q.rows, q.x)))]

    def combine(self, q: Query, answers: list[Prediction], ctx: Context) -> Prediction:
        """The x0 without the mean; ε is the same."""
        clean = self.mean.at(q.s.new_zeros(q.s.shape), q.rows, q.x)
        return Prediction(answers[0].x0 - clean, answers[0].eps)
