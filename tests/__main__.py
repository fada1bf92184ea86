"""The test command, `python -m tests`: format, lint, types, the ceiling of escapes from the types, and all tests.

The front end's types are checked where there is a Node; the tests in a browser (`tests/browser`) come last, in the same
run, and are skipped, with what to install, where there is no Chromium. With `CI` set, either lack is a failure.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import tokenize
from collections import Counter
from pathlib import Path

from hatch_build import SOURCES, npm

ROOT = Path(__file__).parent.parent
CEILING = ROOT / "tests" / "ceiling.json"
STEPS = (("ruff", "format", "--check", "."), ("ruff", "check", "."), ("mypy",))


def escapes() -> Counter[str]:
    """How often the project's code says `Any`, `cast` and `type: ignore`."""
    found: Counter[str] = Counter()
    for folder in ("app", "graphs", "nodes", "tests"):
        for path in (ROOT / folder).rglob("*.py"):
            found += _escapes_in(path)
    return found


def _escapes_in(path: Path) -> Counter[str]:
    found: Counter[str] = Counter()
    for step in ast.walk(ast.parse(path.read_bytes())):
        name = step.id if isinstance(step, ast.Name) else step.attr if isinstance(step, ast.Attribute) else ""
        found[name] += name in ("Any", "cast")
    with path.open("rb") as file:
        comments = [token.string for token in tokenize.tokenize(file.readline) if token.type == tokenize.COMMENT]
    found["type: ignore"] += sum("type: ignore" in comment for comment in comments)
    return +found


def _within_ceiling() -> bool:
    ceiling: dict[str, int] = json.loads(CEILING.read_text())
    found = escapes()
    for name, most in ceiling.items():
        print(f"{name}: {found[name]} of at most {most}", flush=True)
    return all(found[name] <= most for name, most in ceiling.items())


def _front_end_has_its_types() -> bool:
    """Whether the TypeScript is right; without Node nobody can say, which is well except in CI."""
    try:
        command, environment = npm()
    except FileNotFoundError as error:
        print(f"not checked: {error}", flush=True)
        return "CI" not in os.environ
    steps = [["run", "check"]]
    if not (ROOT / SOURCES / "node_modules").is_dir():
        steps.insert(0, ["ci", "--no-audit", "--no-fund", "--prefer-offline"])
    for step in steps:
        if subprocess.run([*command, *step], cwd=ROOT / SOURCES, env=environment, check=False).returncode:
            return False
    return True


def main() -> int:
    """Run every step, also after one has failed; the arguments go to pytest."""
    good = True
    for step in STEPS:
        print("$", *step, flush=True)
        good &= subprocess.run([sys.executable, "-m", *step], cwd=ROOT, check=False).returncode == 0
    good &= _within_ceiling()
    print("$ npm run check", flush=True)
    good &= _front_end_has_its_types()
    print("$ pytest", flush=True)
    good &= subprocess.run([sys.executable, "-m", "pytest", *sys.argv[1:]], cwd=ROOT, check=False).returncode == 0
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
