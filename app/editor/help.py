"""A node's help as HTML: its docstring with formulas to read, links to the sources, and its facts set apart."""

from __future__ import annotations

import re

from app.editor.formulas import GREEK, SCRIPT, display_html, formula_html
from graphs.declaration.records import NodeType

FACTS = ("Cost", "Errors", "Shown", "Source", "Shapes")
FACT = re.compile(rf"(?:^|(?<=[.;)])\s+)(?P<name>{'|'.join(FACTS)}): ")
SENTENCE = re.compile(r"(?<=[.;:])\s+")
WORD = r"(?:exp|expm1|log|ln|min|max|mod|sin|cos|tan|sign|inf|mean|std|eta|rho|softmax|round)"
PIECE = rf"(?:{WORD}\b|[A-Za-z]{{2,}}_\w+|[A-Za-z{GREEK}]\d?['′]*(?:_{SCRIPT})?['′]*(?![A-Za-z])|\d+(?:\.\d+)?)"
FORMULA = re.compile(rf"(?:{PIECE}|[-+−·/=≤≥<>←→≈∝±√∈^()\[\]{{}}⟨⟩|∞~⁰¹²³ᵀ⁺⁻⁻ *]|,(?= [^ ]+ [=∝] )|, (?=[^ ]+\)))+")
GOES_ON = re.compile(r"$|[.,;:]|(?:for|where|with|of|over|in)\b")
"""What follows a formula that has a line of its own."""

SIGNS = re.compile(r" [=←∝≈] ")
OPERATIONS = re.compile(r"[-+−·/√^²³(~] ?")
SHORTEST = 14
"""Letters of a formula that has a line of its own; a shorter one stays in its sentence."""


def help_html(record: NodeType) -> str:
    """The help of a node. Everything in it is escaped: only tags of ours come out, whatever a docstring holds."""
    summary, _, body = record.help.partition("\n")
    paragraphs = [" ".join(part.split()) for part in re.split(r"\n\s*\n", body) if part.strip()]
    facts: list[tuple[str, str]] = []
    pieces = [f'<p class="nl-help-summary">{formula_html(summary.strip())}</p>']
    for paragraph in paragraphs:
        prose, *found = FACT.split(paragraph)
        facts += zip(found[::2], found[1::2], strict=True)
        pieces += _prose(prose)
    if facts:
        entries = "".join(f"<dt>{name}</dt><dd>{formula_html(text.strip())}</dd>" for name, text in facts)
        pieces.append(f'<dl class="nl-help-facts">{entries}</dl>')
    return "".join(pieces)


def _prose(paragraph: str) -> list[str]:
    """Sentences as paragraphs, broken by the formulas that have a line of their own."""
    pieces: list[str] = []
    sentences: list[str] = []
    for sentence in SENTENCE.split(paragraph):
        formula, rest = _leading_formula(sentence)
        if not formula:
            sentences.append(sentence)
            continue
        pieces += [*_paragraph(sentences), f'<div class="nl-formula">{display_html(formula)}</div>']
        sentences = [rest] if rest else []
    return [*pieces, *_paragraph(sentences)]


def _paragraph(sentences: list[str]) -> list[str]:
    text = " ".join(sentences)
    return [f"<p>{formula_html(text)}</p>"] if text else []


def _leading_formula(sentence: str) -> tuple[str, str]:
    """A formula at the beginning of a sentence, and what follows; no formula where it is short or none."""
    found = FORMULA.match(sentence)
    formula = found.group().strip(" ,") if found else ""
    rest = sentence[len(formula) :].lstrip()
    ended = GOES_ON.match(rest) is not None
    balanced = all(formula.count(a) == formula.count(b) for a, b in ("()", "[]"))
    if not (ended and balanced and len(formula) >= SHORTEST and SIGNS.search(formula) and OPERATIONS.search(formula)):
        return "", sentence
    return formula, rest.lstrip(".,;: ")
