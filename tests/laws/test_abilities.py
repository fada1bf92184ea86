"""What a class says that it can do, it can; and what it does not say, it does not do."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
import torch
from torch import Tensor

from graphs import InputError
from nodes.contracts.asking import predict
from nodes.contracts.driving import drive, solve
from nodes.contracts.kernel import GaussianKernel
from nodes.contracts.levels import Levels
from nodes.contracts.model import Model
from nodes.contracts.noise import CounterNoise, Drawing
from nodes.contracts.operator import Operator
from nodes.contracts.reward import Reward, score
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from tests.laws import exact
from tests.laws.asking import tolerance_of
from tests.laws.comparing import contents, differences
from tests.laws.stand_ins import Ancestral, TwoStep
from tests.laws.stating import built, is_model, is_solver, law, model_of, solver_of
from tests.laws.subjects import Built, Subject
from tests.laws.trials import model_of as model_in
from tests.laws.trials import noise_like, noise_of, points_for

LITTLE = 1e-5
ABLE = (Model, Solver, Reward, Operator)
KINDS = ("Model", "Solver", "Reward", "Operator")


class DrawnError(AssertionError):
    """Noise was drawn."""


@dataclass(frozen=True)
class Silence(CounterNoise):
    """Noise that nobody may draw."""

    def normal(self, at: Drawing, purpose: str, draw: int = 0) -> Tensor:
        """Refused."""
        raise DrawnError(purpose)

    def uniform(self, at: Drawing, purpose: str, draw: int = 0, event: tuple[int, ...] | None = None) -> Tensor:
        """Refused."""
        raise DrawnError(purpose)

    def brownian(self, at: Drawing, s0: Tensor, s1: Tensor, purpose: str = "path") -> Tensor:
        """Refused."""
        raise DrawnError(purpose)


def slopes(behaviour: Model | Reward, sample: Sample) -> tuple[Tensor, Tensor]:
    """The derivative of one number made of all that is answered, along one direction: by gradient, by difference."""
    generator = torch.Generator().manual_seed(1)
    weights, direction = torch.randn(2, *sample.x.shape, dtype=torch.float64, generator=generator).unbind()

    def value(at: Tensor) -> Tensor:
        if isinstance(behaviour, Reward):
            return score(behaviour, replace(sample, x=at), exact.context()).sum()
        return (weights * predict(behaviour, exact.question(at, 1.0, sample.rows), exact.context()).x0).sum()

    moving = sample.x.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(value(moving), moving)
    with torch.no_grad():
        ahead, behind = value(sample.x + LITTLE * direction), value(sample.x - LITTLE * direction)
    return (gradient * direction).sum(), (ahead - behind) / (2 * LITTLE)


def able(value: object) -> frozenset[str]:
    """What a behaviour says that it can do."""
    return value.abilities if isinstance(value, (Model, Solver, Reward, Operator)) else frozenset()


@law("abilities are honest", lambda subject: subject.record.abilities is not None)
def test_what_the_node_declares_is_what_the_behaviour_can(subject: Subject) -> None:
    made, declared = built(subject), subject.record.abilities
    assert declared is not None
    values = {entry.name: subject.literal(entry.name) for entry in subject.record.parameters}
    inner = made.given[declared.like].value if declared.like and declared.like in made.given else None
    first = inner[0] if isinstance(inner, tuple) else inner
    depending = {ability for ability, name in declared.depending.items() if values[name] != 0}
    assert able(made.value) == {*declared.own, *depending, *(able(first) - set(declared.without))}


@law("abilities are honest", is_model)
def test_a_differentiable_model_gives_the_right_gradient(subject: Subject) -> None:
    model = model_of(built(subject))
    if "differentiable" in model.abilities and not tolerance_of(model):
        gradient, difference = slopes(model, exact.at_level(noise_like(model), 1.0))
        torch.testing.assert_close(gradient, difference, rtol=1e-5, atol=1e-7)


@law("abilities are honest", is_model)
def test_a_model_with_a_level_for_each_place_takes_them(subject: Subject) -> None:
    """The same level at every place is that level of the row."""
    model = model_of(built(subject))
    if "level_map" not in model.abilities:
        return
    sample = exact.at_level(noise_like(model), 1.0)
    by_row = exact.question(sample.x, 1.0, sample.rows)
    s = torch.ones_like(sample.x[:, :1] if sample.x.ndim > 2 else sample.x)  # pictures share it over their channels
    by_place = replace(by_row, s=s, to=s / 2)
    with torch.no_grad():
        answers = [predict(model, q, exact.context()).x0 for q in (by_row, by_place)]
    torch.testing.assert_close(*answers, rtol=1e-12, atol=1e-12)


@law("abilities are honest", is_model)
def test_a_model_that_takes_text_gives_a_condition(subject: Subject) -> None:
    model = model_of(built(subject))
    if "prompt" in model.abilities:
        assert len(model.prompt(("", ""))) == 2
    else:
        with pytest.raises(InputError):
            model.prompt(("a word",))


@law("abilities are honest", is_solver)
def test_a_solver_that_is_stochastic_draws_and_no_other_does(subject: Subject) -> None:
    made = built(subject)
    solver, silence = solver_of(made), exact.context(Silence())
    if "stochastic" in solver.abilities:
        with pytest.raises(DrawnError):
            solve(model_in(made.world), solver, noise_of(made.world), exact.levels(), silence)
    elif not any("stochastic" in inner.abilities for inner in solvers_inside(made)):
        solve(model_in(made.world), solver, noise_of(made.world), exact.levels(), silence)


def solvers_inside(made: Built) -> list[Solver]:
    """The solvers that one is made of."""
    return [entry.value for entry in made.given.values() if isinstance(entry.value, Solver)]


@law("a step is a draw from the kernel", is_solver)
def test_a_stochastic_solver_is_a_draw_from_its_kernel(subject: Subject) -> None:
    made = built(subject)
    solver, model, ctx = solver_of(made), model_in(made.world), exact.context()
    states = list(drive(model, solver, noise_of(made.world), exact.levels(), ctx))
    to = torch.full_like(states[1].s, exact.FALLING[2])
    if "stochastic" not in solver.abilities:
        with pytest.raises(InputError):
            solver.kernel(model, states[1], to, ctx)
        return
    with torch.no_grad():
        kernel = solver.kernel(model, states[1], to, ctx)
        drawn = kernel.sample(ctx)
    assert not differences(contents(kernel.at(drawn)), contents(states[2]))
    assert torch.equal(kernel.sample(ctx, 1), kernel.sample(ctx, 1))
    if isinstance(kernel, GaussianKernel) and not bool(kernel.std.any()):  # all was drawn before the model was asked
        assert torch.equal(kernel.sample(ctx, 1), drawn), "a point has no other draw"
    else:
        assert not torch.equal(kernel.sample(ctx, 1), drawn), "another number of draw is another draw"
    assert kernel.log_prob(drawn).shape == (exact.BATCH,)
    if isinstance(kernel, GaussianKernel):
        assert bool((kernel.std >= 0).all())


@law("abilities are honest", is_solver)
def test_a_solver_without_memory_needs_no_past(subject: Subject) -> None:
    made = built(subject)
    solver = solver_of(made)
    if "memoryless" in solver.abilities:
        assert forgets_nothing(model_in(made.world), solver, noise_of(made.world)), "it steps otherwise without a past"


def forgets_nothing(model: Model, solver: Solver, noise: Sample) -> bool:
    """Whether each step is the same when all that earlier steps left is taken away before."""
    levels, ctx = exact.levels(), exact.context()
    states = list(drive(model, solver, noise, levels, ctx))
    for position in range(1, len(levels)):
        bare = replace(states[position], past={}, pred=None, pred_to=None, pred_for="")
        with torch.no_grad():
            stepped = solver.step(model, bare, levels.of(noise.rows)[position + 1], ctx)
        if not torch.equal(stepped.x, states[position + 1].x):
            return False
    return True


@law("abilities are honest", is_solver)
def test_a_reversible_solver_comes_back(subject: Subject) -> None:
    """Down from a level and up again, by way of what the sample carries."""
    made = built(subject)
    solver = solver_of(made)
    if "reversible" in solver.abilities:
        assert way_back(solver) < 1e-8


def way_back(solver: Solver) -> float:
    """How far from its start a sample ends that was brought up from a low level and down again."""
    up = Levels(torch.linspace(0.2, 3.0, 7, dtype=torch.float64))
    start = exact.at_level(exact.noise(), 0.2)
    there = solve(exact.Exact(), solver, start, up, exact.context())
    back = solve(exact.Exact(), solver, there, Levels(up.s.flip(0)), exact.context())
    return float((back.x - start.x).abs().max())


@law("abilities are honest", lambda subject: subject.gives("Reward"))
def test_a_reward_is_what_it_says(subject: Subject) -> None:
    made = built(subject)
    reward = made.value
    assert isinstance(reward, Reward)
    points = points_for(reward)
    scores = score(reward, points, exact.context())
    assert torch.equal(scores, score(reward, points, exact.context()))
    if "differentiable" in reward.abilities:
        gradient, difference = slopes(reward, points)
        torch.testing.assert_close(gradient, difference, rtol=1e-5, atol=1e-7)
    if "noisy" in reward.abilities:
        score(reward, replace(points, s=torch.ones_like(points.s)), exact.context())


@law("abilities are honest", lambda subject: subject.gives("Operator"))
def test_a_linear_operator_is_linear_and_has_its_ways_back(subject: Subject) -> None:
    operator = built(subject).value
    assert isinstance(operator, Operator)
    if "linear" in operator.abilities:
        obeys_linear_algebra(operator)


def obeys_linear_algebra(operator: Operator) -> None:
    """⟨A x, y⟩ = ⟨x, Aᵀ y⟩; A A⁺ A = A; Aᵀ(A p − y) + rho (p − v) = 0 at the proximal map p."""
    x, rows = exact.noise().x, exact.noise().rows
    v = exact.clean().x
    seen = operator.apply(x, rows)
    y = torch.randn(seen.shape, dtype=seen.dtype, generator=torch.Generator().manual_seed(4))
    assert_near(operator.apply(2 * x - v, rows), 2 * seen - operator.apply(v, rows))
    assert_near((seen * y).flatten(1).sum(1), (x * operator.adjoint(y, rows)).flatten(1).sum(1))
    assert_near(operator.apply(operator.pinv(seen, rows), rows), seen)
    rho = torch.tensor([0.1, 1.0, 3.0, 0.5], dtype=torch.float64)
    near = operator.prox(v, y, rho, rows)
    pulled = operator.adjoint(operator.apply(near, rows) - y, rows) + rho.reshape(-1, *(1,) * (x.ndim - 1)) * (near - v)
    assert_near(pulled, torch.zeros_like(pulled))


def assert_near(found: Tensor, expected: Tensor) -> None:
    """As near as an iterative solution has to be."""
    torch.testing.assert_close(found, expected, rtol=1e-6, atol=1e-6)


def test_a_solver_that_needs_its_past_is_not_without_memory() -> None:
    assert not forgets_nothing(exact.Exact(), TwoStep(), exact.noise())
    assert forgets_nothing(exact.Exact(), Ancestral(), exact.noise())


def test_a_solver_that_is_not_reversible_does_not_come_back() -> None:
    assert way_back(TwoStep()) > 1e-3


def declared(subject: Subject, made: Built) -> frozenset[str]:
    """What the node's declaration says that its behaviour can do, with these inputs and settings."""
    said = subject.record.abilities
    assert said is not None, "a behaviour says what it can do: @node(abilities=abilities(...))"
    on = {ability for ability, parameter in said.depending.items() if subject.literal(parameter)}
    if said.like is None:
        return frozenset(said.own) | on
    value = made.given[said.like].value
    inner = [part.abilities for part in (value if isinstance(value, tuple) else (value,)) if isinstance(part, ABLE)]
    return frozenset.intersection(*inner) - set(said.without) | set(said.own) | on


@law("what is declared is what the class can do", lambda subject: any(map(subject.gives, KINDS)))
def test_a_node_declares_the_abilities_that_its_class_has(subject: Subject) -> None:
    made = built(subject)
    assert isinstance(made.value, ABLE)
    assert declared(subject, made) == made.value.abilities
