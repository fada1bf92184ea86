"""`python -m tests.mutants [WORD...] [-j N]`: plant every error whose file or reason has one of the words.

Each is planted by itself in a copy of the project, and the tests named with it are run there. Exit status 1 where one
survives or cannot be planted, 2 where the tests fail without any.
"""

from __future__ import annotations

import argparse
import os
import sys
import time

from tests.mutants.everything import MUTANTS
from tests.mutants.planting import copies, run_tests, try_all


def main() -> int:
    """Plant them, print a line for each, and say how many were found."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("words", nargs="*", help="only mutants whose file or reason has one of these")
    parser.add_argument("-j", type=int, default=os.cpu_count() or 1, help="how many at a time")
    parser.add_argument("--unproven", action="store_true", help="do not first see that the tests pass without any")
    given = parser.parse_args()
    wanted = [
        mutant
        for mutant in MUTANTS
        if not given.words or any(word in f"{mutant.file} {mutant.why}" for word in given.words)
    ]
    begun = time.monotonic()
    if not given.unproven:
        with copies(1) as (copy,):
            done = run_tests(copy, sorted({test for mutant in wanted for test in mutant.tests}))
        if done.returncode:
            print(f"the tests fail without any mutant:\n{done.stdout[-3000:]}")
            return 2
    bad = 0
    for outcome in try_all(wanted, max(1, given.j)):
        killed = outcome.verdict == "killed"
        bad += not killed
        mark = "killed  " if killed else "SURVIVED" if outcome.verdict == "survived" else "BROKEN  "
        print(f"{mark} {outcome.seconds:5.1f} s  {outcome.mutant.file}: {outcome.mutant.why}", flush=True)
        print(f"                    {outcome.by if killed else outcome.verdict}", flush=True)
    print(f"{len(wanted) - bad} of {len(wanted)} mutants found in {time.monotonic() - begun:.0f} s")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
