"""Errors in guidance, in measurements, and in search."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "nodes/guidance/intervals.py",
        "above & (s <= self.high)",
        "above & (s < self.high)",
        ("tests/nodes/guidance/test_interval.py",),
        "the upper end of the interval is not guided",
    ),
    Mutant(
        "nodes/guidance/many_branches.py",
        "guided = self.guided(q)\n        if len(guided):\n            asked",
        "guided = torch.arange(len(q.rows))\n        if len(guided):\n            asked",
        ("tests/nodes/guidance/test_cfg.py", "tests/laws/test_null_settings.py"),
        "a question is asked whose answer counts nothing",
    ),
    Mutant(
        "nodes/guidance/cfgpp.py",
        "Prediction(x0, eps_in(q, first))",
        "Prediction(x0)",
        ("tests/nodes/guidance/test_cfgpp.py",),
        "CFG++ without the noise of the negative is CFG",
    ),
    Mutant(
        "nodes/guidance/apg.py",
        "short - (1 - self.eta) * along",
        "short - self.eta * along",
        ("tests/nodes/guidance/test_apg.py",),
        "what lies along the prediction is kept, and the rest taken away",
    ),
    Mutant(
        "nodes/guidance/many_branches.py",
        "put_rows(q.recall(name, part.new_zeros(len(q.rows), *part.shape[1:])), index, part)",
        "put_rows(part.new_zeros(len(q.rows), *part.shape[1:]), index, part)",
        ("tests/nodes/guidance/test_apg.py",),
        "rows that are not guided at this level lose their momentum",
    ),
    Mutant(
        "nodes/guidance/branches.py",
        "replace(q, cond=None if cond is None else cond.gather(q.rows.origin))",
        "q if cond is None else replace(q, cond=cond.gather(q.rows.origin))",
        ("tests/nodes/guidance/test_cfg.py",),
        "without a negative the outer condition is guided against itself",
    ),
    Mutant(
        "nodes/measurement/ddnm.py",
        "Prediction(x0 + self.operator.pinv(residual, q.rows), answers[0].eps)",
        "Prediction(x0 - self.operator.pinv(residual, q.rows), answers[0].eps)",
        ("tests/nodes/measurement/test_ddnm.py",),
        "away from the measurement",
    ),
    Mutant(
        "nodes/measurement/dps.py",
        "alpha, _ = alpha_sigma(q.to)",
        "alpha, _ = alpha_sigma(q.s)",
        ("tests/nodes/measurement/test_dps.py",),
        "the pull is scaled for the level that is left",
    ),
    Mutant(
        "nodes/measurement/dps.py",
        "with torch.enable_grad():",
        "with torch.no_grad():",
        ("tests/nodes/measurement/test_dps.py",),
        "no gradient where the driver wants none",
    ),
    Mutant(
        "nodes/search/resampling.py",
        "math.exp(2 * float(torch.logsumexp(log_weights, 0)) - ",
        "math.exp(float(torch.logsumexp(log_weights, 0)) - ",
        ("tests/nodes/search/test_resampling.py",),
        "the effective sample size of weights that do not sum to 1",
    ),
    Mutant(
        "nodes/search/potentials.py",
        "return tilts - given, running",
        "return tilts, running",
        ("tests/nodes/search/test_fk_steering.py",),
        "every step weighs by the whole reward again",
    ),
    Mutant(
        "nodes/search/steered.py",
        "state.take(origin, rows=state.rows)",
        "state.take(origin)",
        ("tests/nodes/search/test_fk_steering.py",),
        "copies keep the lineage of their ancestor, and never part",
    ),
    Mutant(
        "nodes/search/steered.py",
        "        particles.log_weight[group] = 0.0\n",
        "",
        ("tests/nodes/search/test_fk_steering.py",),
        "weights that were used up are used again",
    ),
    Mutant(
        "nodes/search/best_of_n.py",
        "(scores > self.scores.max(1).values)",
        "(scores >= self.scores.max(1).values)",
        ("tests/nodes/search/test_best_of_n.py",),
        "of equal rewards the last wins",
    ),
)
