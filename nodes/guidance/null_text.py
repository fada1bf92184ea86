"""Guidance away from conditions that were found for each step."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from torch import Tensor

from graphs import Estimate, InputError, Known, Number, Span, abilities, also, needs, node
from nodes.contracts.cond import Cond
from nodes.contracts.context import Context
from nodes.contracts.devices import moved, take_rows
from nodes.contracts.model import Asks, Mixer, Model
from nodes.contracts.query import Prediction, Query
from nodes.contracts.trajectory import Trajectory
from nodes.guidance.branches import bound, require_conditional
from nodes.solver.replay import followed

NULL = "null_text/"
"""Before the names of a condition's entries in a trajectory's aux, [N, B, ...] each."""


def cost(known: Known) -> Estimate:
    """Twice the model's; once where the scale is 1."""
    return Estimate(each=known.input("model").each * Span.of(1 if known.value("guidance_scale") == 1 else 2))


@node(abilities=abilities(like="model", without=("prompt", "conditional")), cost=cost)
def null_text(
    model: Annotated[Model, needs("conditional")],
    positive: Cond,
    trajectory: Trajectory,
    *,
    guidance_scale: Annotated[float, Number(minimum=0, maximum=100, step=0.1), also("scale", "cfg_scale")] = 7.5,
) -> Model:
    """Guidance with the null conditions of inversion.null_text (Mokady et al. 2022, arXiv:2211.09794).

    D = D_k + guidance_scale (D_pos − D_k), where D_k is the model's x0 under the null condition of the row's step k of
    x [B, *event]. With the prompt, scale, levels and solver.ddim of the inversion it leads back to the sample; under
    another prompt it is an edit. A row follows the trajectory's row of its lineage, or else of its origin.
    Cost: 2 model rows per sample; 1 where the scale is 1, the prediction being that under `positive`, bitwise.
    Errors: a trajectory without null conditions, or of fewer steps; a model without conditions.
    """
    require_conditional(model)
    nulls = {name.removeprefix(NULL): entry for name, entry in trajectory.aux.items() if name.startswith(NULL)}
    if not nulls:
        raise InputError(
            "the trajectory holds no null conditions",
            where="trajectory",
            given=trajectory.describe(),
            mend="wire inversion.null_text",
        )
    return NullText(model, positive, nulls, trajectory, guidance_scale)


class NullText(Mixer):
    """The model of `null_text`."""

    def __init__(
        self, model: Model, positive: Cond, nulls: dict[str, Tensor], trajectory: Trajectory, scale: float
    ) -> None:
        self.model, self.positive, self.nulls, self.rows, self.scale = model, positive, nulls, trajectory.rows, scale
        self.space, self.abilities = model.space, model.abilities - {"prompt", "conditional"}

    def cost(self, s: float) -> float:
        """Twice the model's where it is guided."""
        return self.model.cost(s) * (1 if self.scale == 1 else 2)

    def asks(self, q: Query, ctx: Context) -> Asks:
        """Under the prompt, and under the null condition of each row's step."""
        asked: Asks = [(self.model, bound(q, self.positive))]
        if self.scale != 1:
            asked.append((self.model, replace(q, cond=self.null(q))))
        return asked

    def combine(self, q: Query, answers: list[Prediction], ctx: Context) -> Prediction:
        """Guided away from the second answer."""
        if len(answers) == 1:
            return answers[0]
        toward, away = (answer.x0 for answer in answers)
        return Prediction(away + self.scale * (toward - away))

    def null(self, q: Query) -> Cond:
        """The condition of each row's step."""
        steps, count = next(iter(self.nulls.values())).shape[:2]
        latest = int(q.step.max()) if len(q.rows) else 0
        if latest >= steps:
            raise InputError(
                "there are null conditions for fewer steps than are made",
                given=f"{steps} steps",
                allowed=f"{latest + 1} steps or more",
                mend="sample over the levels of the inversion, one call a step",
            )
        index = q.step * count + followed(self.rows, q.rows)
        return Cond(
            {name: moved(take_rows(entry.flatten(0, 1), index), q.x.device) for name, entry in self.nulls.items()}
        )
