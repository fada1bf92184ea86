"""The server's part needs neither torch nor any node."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

CODE = """
import json, pkgutil, sys
import app.editor.documents as room
for module in pkgutil.iter_modules(room.__path__):
    __import__(f"app.editor.documents.{module.name}")
from app.editor.documents.library import Library
from graphs.catalogue.catalogue import read_catalogue
from graphs.document.operations import SetParameter, Title
library = Library()
session = library.open("digits")
session.edit(Title(name="mine"), author="ann", client="tab", number=1)
session.undo("ann"), session.redo("ann"), session.restore(0, "ann"), session.versions(), session.save()
library.import_bytes("digits.json", session.place.read_bytes(), read_catalogue())
library.close()
print(json.dumps(sorted(sys.modules)))
"""


def test_opening_and_editing_imports_neither_torch_nor_nodes_nor_a_server(tmp_path: Path) -> None:
    environment = {**os.environ, "NOISELOOM_HOME": str(tmp_path)}
    subprocess.run([sys.executable, "-c", "import app.command"], env=environment, check=True)
    warm = [sys.executable, "-m", "app.command", "nodes"]
    subprocess.run(warm, env=environment, capture_output=True, check=True)  # brings the index up to date
    done = subprocess.run([sys.executable, "-c", CODE], env=environment, capture_output=True, text=True, check=True)
    modules: list[str] = json.loads(done.stdout.splitlines()[-1])
    heavy = ("torch", "nodes", "numpy", "networkx", "nicegui", "fastapi", "asyncio")
    assert [name for name in modules if name.split(".")[0] in heavy] == []
