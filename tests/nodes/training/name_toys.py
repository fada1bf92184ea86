"""A folder of packages with a few names."""

from __future__ import annotations

import json
from pathlib import Path

from nodes.training.names_table import PEOPLE, TOWNS

LISTED = (
    ("Łódź", "PL"),
    ("Jyväskylä", "FI"),
    ("Paris", "FR"),
    ("Paris", "FR"),
    ("Paris", "US"),
    ("Saint-Rémy-lès-Chevreuse", "FR"),
    ("Aix", "FR"),
    ("Ay", "FR"),
    ("16e Arrondis", "FR"),
    ("東京", "JP"),
    ("Ōsaka", "JP"),
)


def packages(folder: Path) -> Path:
    """Write them."""
    (folder / TOWNS).parent.mkdir(parents=True)
    towns = [{"name": name, "country": country, "lat": "0"} for name, country in LISTED]
    (folder / TOWNS).write_text(json.dumps(towns), encoding="utf-8")
    for word, called in PEOPLE.items():
        path = folder / "@stdlib" / f"datasets-{called}-first-names-en" / "data" / "names.json"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(["Kim", "Ada" if word == "woman" else "Bob"]))
    return folder
