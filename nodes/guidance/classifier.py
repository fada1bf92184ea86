"""Classifier guidance."""

from __future__ import annotations

from typing import Annotated

from torch import Tensor

from graphs import Curve, CurveOver, Estimate, Known, LevelCurve, Span, abilities, also, needs, node
from nodes.contracts.context import Context
from nodes.contracts.model import Asks, Mixer, Model
from nodes.contracts.query import Prediction, Query
from nodes.contracts.reward import Reward
from nodes.guidance.branches import refuse_tokens, values_at
from nodes.guidance.pulling import noisy_gradient, require_gradients, shifted


def cost(known: Known) -> Estimate:
    """The model's own; the classifier counts as a reward."""
    return Estimate(each=known.input("model").each + Span(0, 1) * known.asks("classifier"))


@node(abilities=abilities(like="model", without=("prompt",)), cost=cost)
def classifier(
    model: Model,
    classifier: Annotated[Reward, needs("noisy", "differentiable")],
    *,
    classifier_scale: Annotated[Curve, CurveOver(minimum=0, maximum=1000, step=0.1), also("scale", "strength")] = 1.0,
) -> Model:
    """Classifier guidance (Dhariwal & Nichol 2021, arXiv:2105.05233): toward what a classifier of noised points wants.

    x0' = x0 + classifier_scale · (σ²/α) ∇_x log p(y | x, s), which is ε' = ε − classifier_scale · σ ∇ log p. The
    `classifier` is a reward that reads points at any level, as reward.component; with an exact one, scale 1 is the
    model under the condition y, and scale w is guidance.cfg with w. Nothing is pulled at s = inf, where x says nothing
    of x0. A curve gives each level a scale of its own. Shown: `log_probability` [B], what the classifier says.
    Cost: 1 model row per sample, 1 reward and its gradient, and no pass back through the model; with scale 0 the model
    itself, bitwise, and no reward. Errors: a model of tokens; a classifier without gradients.
    """
    refuse_tokens(model)
    require_gradients(classifier)
    return Pulled(model, classifier, classifier_scale, "log_probability")


class Pulled(Mixer):
    """A model whose score has the gradient of a reward of noised points added; `shown` is what its scores are called.

    What a further gradient needs of the answer goes through the reward as well.
    """

    def __init__(self, model: Model, reward: Reward, scale: float | LevelCurve, shown: str) -> None:
        self.model, self.reward, self.scale, self.shown = model, reward, scale, shown
        self.space, self.abilities = model.space, model.abilities - {"prompt"}

    def scales(self, s: Tensor) -> Tensor:
        """The scale at levels s, like them."""
        return values_at(self.scale, s)

    def cost(self, s: float) -> float:
        """The model's own."""
        return self.model.cost(s)

    def asks(self, q: Query, ctx: Context) -> Asks:
        """The question itself."""
        return [(self.model, q)]

    def combine(self, q: Query, answers: list[Prediction], ctx: Context) -> Prediction:
        """The answer, its x0 pulled."""
        scales = self.scales(q.s)
        if not bool((scales != 0).any()):
            return answers[0]
        gradient, scores = noisy_gradient(self.reward, self.model, q, ctx)
        pulled = shifted(answers[0], scales, q.s, gradient)
        return Prediction(pulled.x0, pulled.eps, aux={self.shown: scores})
