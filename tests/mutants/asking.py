"""Errors in how models are asked: merging, joining, sharing out, memory by place."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

MODELS = ("tests/nodes/contracts/test_model.py",)
HALVES = ("tests/laws/test_halves.py",)
MERGING = ("tests/nodes/contracts/test_merging.py",)
MEMORY = ("tests/nodes/contracts/test_memory.py",)

MUTANTS = (
    Mutant(
        "nodes/contracts/asking.py",
        "return one.cond.same(other.cond)",
        "return True",
        ("tests/nodes/guidance/test_cfg.py",),
        "questions under two conditions are taken for one",
    ),
    Mutant(
        "nodes/contracts/asking.py",
        "        or not torch.equal(one.to, other.to)\n",
        "",
        MERGING,
        "questions on the way to two levels are taken for one",
    ),
    Mutant(
        "nodes/contracts/asking.py",
        "        begin += size\n",
        "",
        (*MODELS, "tests/nodes/guidance/test_cfg.py"),
        "every question gets the answer to the first",
    ),
    Mutant(
        "nodes/contracts/asking.py",
        "replace(asked, path=(*q.path, str(number)))",
        'replace(asked, path=(*q.path, "0"))',
        MERGING,
        "two models of a stack write in one place",
    ),
    Mutant(
        "nodes/contracts/asking.py",
        "return put_rows(base, _positions(q, asked), entry)",
        "return put_rows(base.new_zeros(base.shape), _positions(q, asked), entry)",
        MEMORY,
        "rows that were not asked forget",
    ),
    Mutant(
        "nodes/contracts/query.py",
        "return entry if self.at is None else take_rows(entry, self.at)",
        "return entry[: len(self.rows)]",
        MEMORY + HALVES,
        "a part of the rows recalls what the first ones kept",
    ),
    Mutant(
        "nodes/contracts/query.py",
        "at=index if self.at is None else self.at[index],",
        "at=index,",
        MEMORY,
        "a part of a part forgets where it stands",
    ),
)
