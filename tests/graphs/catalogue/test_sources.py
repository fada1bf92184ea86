"""What source files say without being run."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphs.catalogue.sources import closure, folder_digest, imported_modules, text_digest


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import a.b, c as d", {"a.b", "c"}),
        ("from a import b, c", {"a", "a.b", "a.c"}),
        ("from . import b", {"pkg.kind", "pkg.kind.b"}),
        ("from .b import c", {"pkg.kind.b", "pkg.kind.b.c"}),
        ("from ..b import c", {"pkg.b", "pkg.b.c"}),
        ("def f():\n    import a", {"a"}),
        ("if TYPE_CHECKING:\n    from a import b", {"a", "a.b"}),
        ("try:\n    import a\nexcept ImportError:\n    import b", {"a", "b"}),
        ("x = 1", set()),
        ("this is no Python", set()),
        ("a\0b", set()),
    ],
)
def test_every_import_of_a_source_is_found_without_running_it(text: str, found: set[str]) -> None:
    assert imported_modules(text.encode(), "pkg.kind.file", package=False) == found


def test_a_package_imports_relative_to_itself() -> None:
    assert imported_modules(b"from .b import c", "pkg.kind", package=True) == {"pkg.kind.b", "pkg.kind.b.c"}


def test_the_closure_of_imports_ends_also_where_they_run_in_a_circle() -> None:
    imports = {"a": ("b",), "b": ("c", "a"), "c": (), "d": ("a",)}
    assert closure("a", imports) == {"a", "b", "c"}
    assert closure("d", imports) == {"a", "b", "c", "d"}
    assert closure("gone", imports) == {"gone"}


def test_a_digest_follows_content_and_names(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1")
    first = folder_digest(tmp_path)
    assert folder_digest(tmp_path) == first
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    second = folder_digest(tmp_path)
    (tmp_path / "b.py").write_text("x = 2")
    assert len({first, second, folder_digest(tmp_path)}) == 3
    assert text_digest(b"a") != text_digest(b"b")
