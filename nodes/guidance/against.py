"""What guidance away from a worse answer shares: beyond the model's own, on the line from the worse one."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from torch import Tensor

from nodes.contracts.levels import factor
from nodes.contracts.model import Asks, Model
from nodes.contracts.query import Prediction, Query
from nodes.guidance.branches import mixed
from nodes.guidance.many_branches import ManyBranches


class Against(ManyBranches):
    """D + (scale − null) · (D − D_weak): the model asked about all rows, what is worse about the guided ones."""

    @abstractmethod
    def weak_question(self, q: Query) -> tuple[Model, Query]:
        """What gives the worse answer."""

    def first_question(self, q: Query) -> tuple[Model, Query]:
        """The question itself, of the model."""
        return self.model, q

    def other_questions(self, q: Query) -> Asks:
        """That which is answered worse."""
        return [self.weak_question(q)]

    def guide_by(self, q: Query, scale: Tensor, first: Prediction, others: Sequence[Prediction]) -> Prediction:
        """Beyond the model's answer, as seen from the worse one."""

        def rule(answers: Sequence[Tensor]) -> Tensor:
            strong, weak = answers
            return strong + factor(scale - self.null, strong) * (strong - weak)

        return mixed(q, [first, others[0]], rule)
