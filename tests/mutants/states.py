"""Errors in states, in looking and probing, and in the driver."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

HALVES = ("tests/laws/test_halves.py",)
STATES = ("tests/nodes/contracts/test_state.py",)
SOLVERS = ("tests/nodes/contracts/test_solver.py",)

MUTANTS = (
    Mutant(
        "nodes/contracts/state.py",
        "            memory=taken(self.memory, index),\n",
        "",
        HALVES,
        "rows that are taken forget what the models kept",
    ),
    Mutant(
        "nodes/contracts/state.py",
        "past=joined([state.past for state in states], sizes),",
        "past=states[0].past,",
        HALVES,
        "rows that are joined take the past of the first ones",
    ),
    Mutant(
        "nodes/contracts/state.py",
        "step=self.step + 1, pred_to=None)",
        "step=self.step + 1)",
        STATES,
        "the answer at the last point is taken for one at this",
    ),
    Mutant(
        "nodes/contracts/state.py",
        "if self.pred_to is None or not model or self.pred_for != model:",
        "if self.pred_to is None or not model:",
        STATES,
        "the answer of another model is taken for this one's",
    ),
    Mutant(
        "nodes/contracts/state.py",
        "State.cat([part, self.take(rest)]).take(torch.argsort(torch.cat([index, rest])))",
        "State.cat([part, self.take(rest)])",
        STATES + HALVES,
        "rows that were put back stand in another order",
    ),
    Mutant(
        "nodes/contracts/solver.py",
        "any_place(state.answered_for(model.digest) != to)",
        "any_place(state.answered_for(model.digest).isnan())",
        ("tests/nodes/contracts/test_memory.py",),
        "the answer for another goal is taken for this one's",
    ),
    Mutant(
        "nodes/contracts/solver.py",
        "{**state.memory, **answer.keep}",
        "dict(answer.keep)",
        STATES,
        "what one model keeps puts out what others kept",
    ),
    Mutant(
        "nodes/contracts/solver.py",
        "memory=state.memory, stage=1)",
        "stage=1)",
        STATES,
        "the second question of a step remembers nothing",
    ),
    Mutant(
        "nodes/contracts/solver.py",
        'state.rows.fork(1, "sampled")',
        "state.rows",
        SOLVERS,
        "a finished sample draws again the noise that was taken away",
    ),
    Mutant(
        "nodes/contracts/solver.py",
        "torch.where(noise, sigma, 1.0)",
        "torch.where(noise, 1.0, sigma)",
        SOLVERS,
        "noise enters the first level unscaled",
    ),
    Mutant(
        "nodes/contracts/driving.py",
        "any_place(state.s != s_next) & ~state.done",
        "any_place(state.s != s_next)",
        STATES,
        "rows that are done are stepped on",
    ),
    Mutant(
        "nodes/contracts/driving.py",
        "[position + 1 :]",
        "[1:]",
        ("tests/nodes/solver/test_going_on.py",),
        "what goes on begins again at the first level",
    ),
)
