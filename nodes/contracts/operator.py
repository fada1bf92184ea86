"""The operator contract: what is measured of a point, and the measurement."""

from __future__ import annotations

from abc import ABC, abstractmethod

from torch import Tensor

from graphs import InputError, behaviour, data
from nodes.contracts.context import Context
from nodes.contracts.devices import moved, take_rows
from nodes.contracts.identity import Identified
from nodes.contracts.rows import Rows


@behaviour(colour="#a0662f")
class Operator(Identified, ABC):
    """A: what a measurement sees of a point, y = A x + n. Batch first; rows gather what is bound by their origin.

    Abilities: "linear" (adjoint, pinv and prox are those of a linear map), "svd" (singular values are at hand).
    `decodes` is how many rows a codec decodes for each row that is measured.
    """

    abilities: frozenset[str] = frozenset()
    decodes: int = 0

    @abstractmethod
    def apply(self, x: Tensor, rows: Rows) -> Tensor:
        """A x, [B, *measured] of x [B, *event]."""

    def measures(self, event: tuple[int, ...]) -> bool:
        """Whether it can measure points of this shape."""
        return True

    def own(self, event: tuple[int, ...]) -> None:
        """`InputError` where it measures points of another shape."""
        if not self.measures(event):
            raise InputError(
                "the operator measures other points",
                where="operator",
                given=f"points {list(event)} for {type(self).__name__}",
                allowed="points of the shape that the operator was made for",
                mend="wire the same model or sample to the operator's `like`",
            )

    def adjoint(self, y: Tensor, rows: Rows) -> Tensor:
        """Aᵀ y: ⟨A x, y⟩ = ⟨x, Aᵀ y⟩."""
        raise self.missing("an adjoint")

    def pinv(self, y: Tensor, rows: Rows) -> Tensor:
        """A⁺ y, with A A⁺ A = A."""
        raise self.missing("a pseudo-inverse")

    def prox(self, v: Tensor, y: Tensor, rho: Tensor, rows: Rows) -> Tensor:
        """The x that minimises |A x − y|²/2 + rho |x − v|²/2; rho [B] > 0."""
        raise self.missing("a proximal map")

    def missing(self, what: str) -> InputError:
        """The operator lacks what a method needs."""
        return InputError(
            f"the operator has no {what}",
            given=type(self).__name__,
            allowed='an operator with the ability "linear"',
            mend="use a method that needs gradients only, as measurement.dps",
        )


@data(colour="#c2894a")
class Measurement:
    """What was measured: `y` [R, *measured], with Gaussian noise of standard deviation `sigma` (0 for none).

    Row r of a batch has the measurement of its origin, `origin mod R`. `operator` is the digest of what measured it;
    empty where that is not known.
    """

    y: Tensor
    sigma: float = 0.0
    operator: str = ""

    def require(self, operator: Operator) -> None:
        """`InputError` where it was measured by another operator than this one."""
        if self.operator and self.operator != operator.digest:
            raise InputError(
                "the measurement was made by another operator",
                where="operator",
                given=f"another {type(operator).__name__}",
                allowed="the operator that measured, with all its settings",
                mend="wire the same operator here and to measurement.measure",
            )

    def of(self, rows: Rows, like: Tensor) -> Tensor:
        """The measurement of each row, [B, *measured], where `like` lies and in its type."""
        y = moved(self.y.to(like.dtype), like.device)
        return take_rows(y, rows.origin % len(y))

    def both(self, operator: Operator, x: Tensor, rows: Rows, ctx: Context) -> tuple[Tensor, Tensor]:
        """The measurement of each row and A x of points [B, *event], [B, *measured] each; decodes are counted.

        `InputError` where the operator measures other points, or what was measured is of another shape than it sees.
        """
        operator.own(tuple(x.shape[1:]))
        if operator.decodes:
            ctx.meter.decode(operator.decodes * len(rows))
        y, seen = self.of(rows, x), operator.apply(x, rows)
        if y.shape != seen.shape:
            raise InputError(
                "the measurement is of another shape than what the operator sees",
                where="measurement",
                given=f"{list(y.shape[1:])}",
                allowed=f"{list(seen.shape[1:])}",
                mend="wire what this operator saw of such points",
            )
        return y, seen

    def residual(self, operator: Operator, x: Tensor, rows: Rows, ctx: Context) -> Tensor:
        """The difference y − A x of points [B, *event], as `both` gives them."""
        y, seen = self.both(operator, x, rows, ctx)
        return y - seen

    def describe(self) -> str:
        """Count, shape and noise."""
        noise = f", noise {self.sigma:g}" if self.sigma else ""
        return f"{len(self.y)} × {list(self.y.shape[1:])}{noise}"
