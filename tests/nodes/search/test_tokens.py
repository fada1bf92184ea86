"""Re-ranking and scaffolds, on a table of words whose letters are not independent."""

from __future__ import annotations

from collections import Counter

import pytest
import torch

from graphs import InputError
from nodes.contracts.context import Context
from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space
from nodes.exact.table import Table
from nodes.noise.masked import masked
from nodes.reward.function import scored_by
from nodes.reward.log_likelihood import log_likelihood
from nodes.search.edlm import edlm
from nodes.search.scaffold import scaffold
from nodes.solver.heun import heun
from nodes.solver.unmask import unmask
from tests.laws import exact
from tests.nodes.gaussian import context
from tests.oracles import Oracle

WORDS = ("aab", "bba", "abb")
WEIGHTS = (0.5, 0.3, 0.2)
SPACE = Space("tokens", (3,), vocabulary=("a", "b"))
MODEL = Table(SPACE, torch.tensor([["ab".index(c) for c in word] for word in WORDS]), torch.tensor(WEIGHTS), ("",) * 3)
ONE_STEP = Levels(torch.tensor([torch.inf, 0.0], dtype=torch.float64))


def spelled(out: Sample) -> Counter[str]:
    """How often each word was sampled."""
    return Counter("".join("ab"[token] for token in row) for row in out.x.tolist())


def distance(found: Counter[str], law: dict[str, float]) -> float:
    """Total variation between the words and a law."""
    total = sum(found.values())
    return sum(abs(found[word] / total - law.get(word, 0.0)) for word in {*found, *law}) / 2


def test_in_one_step_the_joint_law_comes_out_where_the_product_does_not(oracle: Oracle) -> None:
    rows = 500
    noise = masked(MODEL, count=rows)
    law = dict(zip(WORDS, WEIGHTS, strict=True))
    plain = distance(spelled(solve(MODEL, unmask(), noise, ONE_STEP, context())), law)
    ranked = edlm(unmask(), log_likelihood(MODEL), candidates=40, weigh="density")
    found = distance(spelled(solve(MODEL, ranked, noise, ONE_STEP, context())), law)
    assert plain > 0.3, "letters by themselves spell words that there are not"
    oracle("search.edlm", "the joint law in one step, total variation with 40 completions", found, 0.08)


def test_by_reward_the_product_is_tilted(oracle: Oracle) -> None:
    """One step, q of letters by themselves: q(x) exp(λ · number of a) is again a product, p(a) tilted by λ."""
    tilted = scored_by(lambda x: (x == 0).double().sum(1), space="any")
    noise = masked(MODEL, count=500)
    out = solve(MODEL, edlm(unmask(), tilted, candidates=60, strength=1.0), noise, ONE_STEP, context())
    share = (out.x == 0).double().mean(0)
    chance = torch.tensor([0.7, 0.5, 0.3], dtype=torch.float64)
    wanted = chance * torch.e / (chance * torch.e + 1 - chance)
    oracle("search.edlm", "q · exp(λ r) of a sum over letters, by letter", float((share - wanted).abs().max()), 0.09)


def test_it_costs_the_solver_and_counts_its_rewards() -> None:
    ctx: Context = context()
    liked = scored_by(lambda x: (x == 0).double().sum(1), space="any")
    out = solve(exact.Spelling(), edlm(unmask(), liked, candidates=5), exact.masked(), exact.levels(), ctx)
    assert (ctx.meter.rows, ctx.meter.rewards) == (4 * 4, 4 * 4 * 5)
    assert bool((out.x < 3).all())
    quiet = context()
    window = edlm(unmask(), liked, candidates=5, sigma_max=1.0, sigma_min=0.5)
    solve(exact.Spelling(), window, exact.masked(), exact.levels(), quiet)
    assert quiet.meter.rewards == 4 * 5, "at s = 1 alone"
    assert isinstance(edlm(unmask(), liked, candidates=1), type(unmask()))


def test_given_tokens_stay_and_the_rest_has_the_law_given_them(oracle: Oracle) -> None:
    noise = masked(MODEL, count=400)
    levels = Levels(torch.tensor([torch.inf, 3.0, 1.0, 0.3, 0.0], dtype=torch.float64))
    out = solve(MODEL, scaffold(unmask(), template="__b"), noise, levels, context())
    assert bool((out.x[:, 2] == 1).all())
    fine = Levels(torch.cat([torch.tensor([torch.inf]), torch.logspace(2, -2, 30), torch.zeros(1)]).double())
    found = spelled(solve(MODEL, scaffold(unmask(), template="a_b"), noise, fine, context()))
    off = distance(found, {"aab": 5 / 7, "abb": 2 / 7})
    oracle("search.scaffold", "p(x | a_b), one letter open: total variation", off, 4 * (10 / 49 / 400) ** 0.5)
    again = solve(MODEL, scaffold(unmask(), template="___"), noise, levels, context())
    assert torch.equal(again.x, solve(MODEL, unmask(), noise, levels, context()).x)


@pytest.mark.parametrize("template", ["abab", "ac_"])
def test_templates_that_do_not_fit_are_refused(template: str) -> None:
    with pytest.raises(InputError, match="does not fit"):
        solve(MODEL, scaffold(unmask(), template=template), masked(MODEL, count=1), ONE_STEP, context())


def test_solvers_of_points_are_refused() -> None:
    with pytest.raises(InputError, match="tokens"):
        edlm(heun(), scored_by(lambda x: x[:, 0]))
    with pytest.raises(InputError, match="tokens"):
        scaffold(heun(), template="a")
