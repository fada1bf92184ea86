"""Errors in the engine: keys, the store, curves, sweeps, estimates."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

KEYS = ("tests/graphs/running/test_keys.py",)

MUTANTS = (
    Mutant(
        "graphs/running/keys.py",
        """f'"{port}":["{_QUOTED.join(digests)}"]'""",
        """f'"in":["{_QUOTED.join(digests)}"]'""",
        KEYS,
        "the key forgets which port an input comes in at",
    ),
    Mutant(
        "graphs/running/keys.py",
        '"code":"{code}"',
        '"code":""',
        ("tests/graphs/running/test_keys.py", "tests/app/test_running.py"),
        "an edit of a node's code serves old results",
    ),
    Mutant(
        "graphs/running/keys.py",
        "None if value is None else kinds[name].canonical(value)\n    return",
        "value\n    return",
        KEYS,
        "1 and 1.0 are two values of a float field",
    ),
    Mutant(
        "graphs/running/keys.py",
        """f',"files":{compact(dict(files))}' if files else \"\"""",
        '""',
        ("tests/graphs/running/test_keys.py", "tests/graphs/running/test_forecast.py"),
        "a file that changed under its name serves old results",
    ),
    Mutant(
        "graphs/running/forecast.py",
        "inputs[port].append(known[position])",
        "inputs[port].append(known[0])",
        (
            "tests/graphs/running/test_keys.py",
            "tests/graphs/running/test_forecast.py",
            "tests/graphs/running/test_run.py",
        ),
        "of a node with several outputs the key knows the first only",
    ),
    Mutant(
        "graphs/parts.py",
        'f"\\n{buffer.dtype}{list(buffer.shape)}"',
        'f"\\n{buffer.dtype}"',
        ("tests/graphs/test_parts.py", "tests/graphs/test_values.py"),
        "tensors of another shape have one digest",
    ),
    Mutant(
        "graphs/store/memory.py",
        "            self.parts.move_to_end(digest)\n        return parts",
        "            pass\n        return parts",
        ("tests/graphs/store/test_memory.py",),
        "what was used last goes first",
    ),
    Mutant(
        "graphs/store/memory.py",
        "            if digest not in pinned:\n                self.remove(digest)",
        "            self.remove(digest)",
        ("tests/graphs/store/test_memory.py",),
        "what a plan counts on is dropped",
    ),
    Mutant(
        "graphs/curves.py",
        "value0 * (1 - part) + value1 * part",
        "value1 * (1 - part) + value0 * part",
        ("tests/graphs/test_curves.py",),
        "a curve runs backwards between its points",
    ),
    Mutant(
        "graphs/sweeps.py",
        "index / max(1, count - 1)",
        "index / count",
        ("tests/graphs/test_sweeps.py",),
        "a range is spaced as if its end were not in it",
    ),
    Mutant(
        "graphs/estimates.py",
        "return left * right if left and right else 0.0",
        "return left * right if left else 0.0",
        ("tests/graphs/test_estimates.py",),
        "infinitely many of nothing are no number",
    ),
)
