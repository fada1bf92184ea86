"""Help is readable, and nothing in a docstring becomes markup."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.editor.formulas import display_html, formula_html
from app.editor.help import help_html
from graphs.catalogue.catalogue import read_catalogue
from graphs.declaration.records import NodeType

TAGS = {"p", "div", "span", "i", "sub", "sup", "code", "a", "dl", "dt", "dd"}
CLASSES = {"nl-help-summary", "nl-help-facts", "nl-formula", "nl-fraction", "nl-radical"}
RECORDS = tuple(read_catalogue(plugins=False).nodes.values())


class Reader(HTMLParser):
    """Reads as a browser does: only known tags, in pairs, with known attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS
        values = dict(attrs)
        if tag == "a":
            assert re.fullmatch(r"https://arxiv\.org/abs/\d{4}\.\d{4,5}(v\d+)?", values.pop("href") or "", re.ASCII)
            assert (values.pop("rel"), values.pop("target")) == ("noopener noreferrer", "_blank")
        assert set(values) <= {"class"}
        assert values.get("class") is None or values["class"] in CLASSES
        self.opened.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.opened.pop() == tag

    def handle_comment(self, data: str) -> None:
        raise AssertionError

    def handle_decl(self, decl: str) -> None:
        raise AssertionError


def read(html: str) -> None:
    """Read the HTML; fails where it holds anything else than what we write."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert reader.opened == []


def node(help_text: str) -> NodeType:
    """A node with that docstring."""
    return RECORDS[0].model_copy(update={"help": help_text})


PARTS = [*"<>&\"'`_^{}()[]√=+−·/ ax1²Σ\n.:;,", "arXiv:2207.12598", "<script>", "Cost: "]
NASTY = st.lists(st.sampled_from(PARTS)).map("".join)


@given(st.text() | NASTY)
@example('<script>alert(1)</script>\n\n<img src=x onerror=y> = `<b>` · x_(<i>) + "javascript:x"')
@example('arXiv:2207.12598" onclick="x\n\nx\' = √(<a>)/(<b>) · ^(<u>) + 1')
@example("&lt;b&gt; &#60;script&#62;")
def test_no_docstring_becomes_markup(text: str) -> None:
    read(help_html(node(text)))
    read(formula_html(text))
    read(display_html(text))


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.id)
def test_the_help_of_every_node_is_whole(record: NodeType) -> None:
    html = help_html(record)
    read(html)
    shown = re.sub(r"[\W_]", "", unescape(re.sub(r"<[^>]+>", "", html)))
    for word in re.findall(r"[A-Za-z]{4,}", record.help):
        assert word in shown


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("x_t", "<i>x</i><sub><i>t</i></sub>"),
        ("x0 at s", "<i>x</i><sub>0</sub> at <i>s</i>"),
        ("D_neg", "<i>D</i><sub>neg</sub>"),
        ("x_{k+1}", "<i>x</i><sub><i>k</i>+1</sub>"),
        ("s'_i = s_(N − i)", "<i>s</i>′<sub><i>i</i></sub> = <i>s</i><sub><i>N</i> − <i>i</i></sub>"),
        ("σ² I", "<i>σ</i><sup>2</sup> <i>I</i>"),
        ("√(1 + s²)", '√<span class="nl-radical">1 + <i>s</i><sup>2</sup></span>'),
        ("e^(−2h)", "<i>e</i><sup>−2<i>h</i></sup>"),
        ("a point, a `row`, a = 1", "a point, a <code>row</code>, <i>a</i> = 1"),
        ("x0_before", "<i>x</i><sub>0, before</sub>"),
        ("a U-Net, 1/p² a step", "a U-Net, 1/<i>p</i><sup>2</sup> a step"),
        ("sigma_max < inf", "<code>sigma_max</code> &lt; inf"),
        ("as solver.heun, i.e. the row's own", "as <code>solver.heun</code>, i.e. the row&#x27;s own"),
    ],
)
def test_a_formula_reads_as_in_print(text: str, html: str) -> None:
    assert formula_html(text) == html


def test_a_formula_has_a_line_of_its_own_and_its_quotients_are_fractions() -> None:
    html = help_html(node("Heun.\n\ny' = y + (s' − s)·(ε + ε')/2, where ε' is later.\nCost: 2 calls. Errors: none."))
    assert '<div class="nl-formula"><i>y</i>′ = <i>y</i> + (<i>s</i>′ − <i>s</i>)·<span class="nl-fraction">' in html
    assert "</div><p>where <i>ε</i>′ is later.</p>" in html
    assert "<dt>Cost</dt><dd>2 calls.</dd><dt>Errors</dt><dd>none.</dd>" in html


def test_a_source_is_a_link() -> None:
    assert 'href="https://arxiv.org/abs/2207.12598"' in help_html(node("Guidance (arXiv:2207.12598, equation 6)."))
