"""Exact models under correlated noise."""

from __future__ import annotations

from dataclasses import replace

from torch import Tensor

from nodes.contracts.context import Context
from nodes.contracts.query import Prediction, Query
from nodes.exact.components import Components
from nodes.exact.empirical import Empirical
from nodes.exact.mixture import Mixture
from nodes.sources.correlated import Colouring, Correlated


class Coloured(Components):
    """`white`, the law of L⁻¹ x0 under white noise, seen in x = L z: the law of x0 under ε = L η."""

    def __init__(self, white: Components, source: Correlated) -> None:
        event = white.space.event
        super().__init__(replace(white.space, source=source.name), white.log_weights.exp(), white.classes)
        self.white, self.colouring = white, source.colouring(event)
        self.abilities = white.abilities - {"level_map"}

    def predict(self, q: Query, ctx: Context) -> Prediction:
        """L E[L⁻¹ x0 | L⁻¹ x]."""
        answer = self.white.predict(replace(q, x=self.colouring.whiten(q.x)), ctx)
        return Prediction(self.colouring.colour(answer.x0))

    def log_parts(self, x: Tensor, s: Tensor) -> Tensor:
        """Those of L⁻¹ x."""
        return self.white.log_parts(self.colouring.whiten(x), s)

    def log_common(self, x: Tensor, s: Tensor) -> Tensor:
        """That of L⁻¹ x, less log |det L|."""
        return self.white.log_common(self.colouring.whiten(x), s) - self.colouring.log_volume()


def whitened_mixture(model: Mixture, colouring: Colouring) -> Mixture:
    """The law of L⁻¹ x0."""

    def rows_whitened(rows: Tensor) -> Tensor:
        return colouring.whiten(rows.reshape(*rows.shape[:-1], *model.space.event)).reshape(rows.shape)

    means = rows_whitened(model.means)
    whole = model.covariances.diag_embed() if model.vectors is None else model.covariances
    both = rows_whitened(rows_whitened(whole).mT)
    found = Mixture(model.space, means, (both + both.mT) / 2, model.log_weights.exp(), model.classes)
    found.abilities = model.abilities
    return found


def whitened_points(model: Empirical, colouring: Colouring) -> Empirical:
    """The law of L⁻¹ x0."""
    points = colouring.whiten(model.points)
    return Empirical(model.space, points, model.log_weights.exp(), model.classes)
