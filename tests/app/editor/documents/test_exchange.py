"""What is brought becomes a document, and a document goes out as what others can use."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from app.editor.documents.exporting import export_json, export_pack, export_python
from app.editor.documents.library import Library
from graphs.catalogue.catalogue import Catalogue, read_catalogue
from graphs.document.model import Document, Node
from graphs.document.operations import SetParameter
from graphs.document.reading import loads
from graphs.document.writing import dumps
from graphs.errors import InputError
from graphs.faults import GraphError
from graphs.png import with_graph
from tests.app.editor.documents.sessions import TWO, edit

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


@pytest.fixture
def catalogue(home: Path) -> Catalogue:
    return read_catalogue()


def test_json_and_a_picture_with_a_graph_are_imported(library: Library, catalogue: Catalogue) -> None:
    for name, body in (("C:\\my\\graph.v2.json", dumps(TWO).encode()), ("../shot.png", with_graph(PNG, TWO))):
        session = library.import_bytes(name, body, catalogue)
        assert (session.document, session.revision) == (TWO, 0)
        assert session.place.parent == library.workspace.folder
    assert {str(entry["path"]) for entry in library.recent()} == {"graph.v2.json", "shot.json"}


def test_a_pack_is_imported_with_its_files_and_exported_again(
    library: Library, catalogue: Catalogue, tmp_path: Path
) -> None:
    session = library.open("digits")
    (library.workspace.folder / "mine.safetensors").write_bytes(b"weights")
    weights = SetParameter(id="network", name="weights", value={"file": "mine.safetensors"})
    edit(session, weights)
    pack = export_pack(session.document, session.place, catalogue)
    assert export_pack(session.document, session.place, catalogue) == pack
    (library.workspace.folder / "mine.safetensors").unlink()
    brought = library.import_bytes("shared.zip", pack, catalogue)
    literal = brought.document.nodes["network"].params["weights"]
    assert isinstance(literal, dict)
    assert (brought.place.parent / str(literal["file"])).read_bytes() == b"weights"
    assert export_pack(brought.document, brought.place, catalogue) == pack
    with pytest.raises(GraphError, match="no such file"):
        export_pack(session.document, session.place, catalogue)


def test_the_name_of_a_model_stays_what_it_is_in_a_pack_that_is_imported(
    library: Library, catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "mine.safetensors").write_bytes(b"weights")
    monkeypatch.setenv("NOISELOOM_MODELS", str(tmp_path / "models"))
    session = library.open("digits")
    edit(session, SetParameter(id="network", name="weights", value={"file": "mine.safetensors"}))
    pack = export_pack(session.document, session.place, catalogue)
    brought = library.import_bytes("shared.zip", pack, catalogue)
    assert brought.document.nodes["network"].params["weights"] == {"file": "mine.safetensors"}


@pytest.mark.parametrize("body", [b"", b"{}", b"\xff", PNG, PNG[:20], b"PK\3\4 no zip", b"[" * 100_000])
def test_what_holds_no_graph_is_refused_and_leaves_nothing(library: Library, catalogue: Catalogue, body: bytes) -> None:
    with pytest.raises(InputError) as caught:
        library.import_bytes("x.png", body, catalogue)
    assert "noiseloom-" not in str(caught.value), "the person knows nothing of a temporary file"
    assert library.recent() == []
    assert [path for path in library.workspace.folder.iterdir() if path.is_file()] == []


def test_what_is_called_otherwise_today_is_brought_up_to_date_and_told(library: Library, catalogue: Catalogue) -> None:
    old = Document(nodes={"cfg": Node(type="guidance.cfg", params={"cfg_scale": 3.0})})
    session = library.import_bytes("old.json", dumps(old).encode(), catalogue)
    assert session.document.nodes["cfg"].params == {"guidance_scale": 3.0}
    assert "guidance_scale" in session.notes[0]


def test_json_goes_out_as_the_file_holds_it(library: Library) -> None:
    session = library.create("two", TWO)
    edit(session, SetParameter(id="b", name="q", value=2))
    assert loads(export_json(session)) == session.document


def test_a_script_is_written_of_what_is_there_now(library: Library) -> None:
    session = library.open("digits")
    edit(session, SetParameter(id="cfg", name="guidance_scale", value=7.5))
    session.save()
    script = export_python(session.place).decode()
    compile(script, "script", "exec")
    assert "guidance_scale=7.5" in script
    edit(session, SetParameter(id="cfg", name="guidance_scale", value="much"))
    session.save()
    with pytest.raises(InputError, match=r"cannot be exported: .*guidance_scale"):
        export_python(session.place)
