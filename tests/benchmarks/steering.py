"""Steering measured: `python -m tests.benchmarks.steering [--pictures 12] [--only restoration|editing|reward|cost]`.

Four tables on the networks that come with Noiseloom: how well damaged digits are restored, how far edits go and what
they keep, what searches buy of a reward, and what guidance and gradients cost. Intervals are of 95 %, by bootstrap over
pictures; gains are differences on the same pictures. Pictures are digits that the network was never shown, as
scikit-learn carries them (`pip install 'noiseloom[train]'`); the cost alone needs none.
"""

from __future__ import annotations

import argparse
import sys

from graphs import InputError
from tests.benchmarks import editing, restoration, rewards, steering_costs
from tests.benchmarks.held_back import judge

PARTS = ("restoration", "editing", "reward", "cost")


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=12, help="pictures of each table; emoji are half as many")
    parser.add_argument("--only", choices=PARTS)
    chosen = parser.parse_args()
    parts = (chosen.only,) if chosen.only else PARTS
    try:
        critic = judge(chosen.pictures) if {"editing", "reward"} & {*parts} else None
        for number, part in enumerate(parts):
            print("\n" if number else "", end="")
            match part:
                case "restoration":
                    restoration.table(chosen.pictures)
                case "editing":
                    editing.table(chosen.pictures, critic)
                case "reward":
                    rewards.table(chosen.pictures, critic)
                case _:
                    steering_costs.table()
    except InputError as error:
        sys.exit(f"{error}")


if __name__ == "__main__":
    main()
