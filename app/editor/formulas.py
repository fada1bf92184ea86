"""Formulas, as our docstrings write them in one line of Unicode, as HTML: italic variables, indices, roots."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

GREEK = "α-ωΑ-ΩϑϕϵℓΔ∇∂"
UPRIGHT = "ΓΔΘΛΞΠΣΦΨΩ∇∂"
SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿᵀ", "0123456789+−nT", strict=True))
DEEPEST = 6
"""Brackets within indices and exponents that are looked into."""

GROUP = r"\((?:[^()]|\([^()]*\))*\)"
"""Something in brackets, with one more pair of brackets in it at the most."""

SCRIPT = rf"(?:{GROUP}|\{{[^{{}}]*\}}|-?[A-Za-z0-9{GREEK}∞]+)"
BEFORE, AFTER = r"(?<![\w'’.^-])", r"(?![A-Za-z]|\.[a-z]|-[A-Za-z])"
TOKEN = re.compile(
    rf"(?P<code>`[^`]+`)"
    rf"|(?P<arxiv>arXiv:\d{{4}}\.\d{{4,5}}(?:v\d+)?)"
    rf"|(?P<node>(?<![\w./])[a-z]{{3,}}[a-z_]*\.[a-z][a-z_0-9]+(?![\w(]|\.\w))"
    rf"|(?P<name>(?<!\w)[A-Za-z]{{2,}}(?:_[A-Za-z0-9]+)+)"
    rf"|√(?P<root>{GROUP}|[A-Za-z0-9{GREEK}](?:_{SCRIPT})?)"
    rf"|(?P<letter>{BEFORE}[A-Za-z](?=_|\d(?![A-Za-z0-9])|['′]*{AFTER})|(?<=\d)[a-df-z]{AFTER}|(?<=[\d·{GREEK}])[A-Za-z](?=_)|[{GREEK}])"
    rf"(?P<digit>\d(?![A-Za-z0-9]))?(?P<prime>['′]+(?![A-Za-z]))?(?:_(?P<below>{SCRIPT}))?(?P<late>['′]+(?![A-Za-z]))?"
    rf"|\^(?P<above>{SCRIPT})"
    rf"|(?P<small>[{''.join(SUPERSCRIPTS)}]+)",
)
OPERATORS = "=≠<>≤≥+−·/~←→∈"
AFTER_VARIABLE = re.compile(r"\s*[=≠<>≤≥+−·/(|,~←→∈)\]]|\s+[A-Za-z]_")
"""What follows "a" or "A" where it is a variable, and no word."""

QUANTITY = rf"(?:{GROUP}|[A-Za-z{GREEK}0-9.]{{1,30}}['′]*(?:_{SCRIPT})?['′]*[²³]?)"
FRACTION = re.compile(rf"(?<![\w)²³])(?P<over>{QUANTITY})/(?P<under>{QUANTITY})")


def formula_html(text: str, depth: int = 0) -> str:
    """A text with formulas in it as HTML; whatever it holds, nothing but tags of ours comes out."""
    pieces, end = [], 0
    for found in TOKEN.finditer(text):
        pieces += [escape(text[end : found.start()]), _token(found, text, depth)]
        end = found.end()
    return "".join([*pieces, escape(text[end:])])


def display_html(text: str) -> str:
    """A formula that stands by itself: its quotients as fractions."""
    pieces, end = [], 0
    for found in FRACTION.finditer(text):
        over, under = (formula_html(_unwrapped(found[side])) for side in ("over", "under"))
        fraction = f'<span class="nl-fraction"><span>{over}</span><span>{under}</span></span>'
        pieces += [formula_html(text[end : found.start()]), fraction]
        end = found.end()
    return "".join([*pieces, formula_html(text[end:])])


def _token(found: re.Match[str], text: str, depth: int) -> str:
    for kind, write in WRITERS.items():
        if found[kind] is not None:
            return write(found[kind])
    if found["letter"] is not None:
        return _symbol(found, text, depth)
    if found["root"] is not None:
        return f'√<span class="nl-radical">{_inner(found["root"], depth)}</span>'
    return f"<sup>{_inner(found['above'], depth)}</sup>"


def _symbol(found: re.Match[str], text: str, depth: int) -> str:
    letter, digit, below = found["letter"], found["digit"], found["below"]
    if letter in "aA" and found.group() == letter and not _is_beside_operator(found, text):
        return letter
    under = ", ".join([part for part in (digit, _inner(below, depth) if below is not None else "") if part])
    primes = "′" * len((found["prime"] or "") + (found["late"] or ""))
    shape = letter if letter in UPRIGHT else f"<i>{letter}</i>"
    return f"{shape}{primes}" + (f"<sub>{under}</sub>" if under else "")


def _is_beside_operator(found: re.Match[str], text: str) -> bool:
    before = text[: found.start()].rstrip()
    return before.endswith(tuple(OPERATORS)) or AFTER_VARIABLE.match(text, found.end()) is not None


def _inner(script: str, depth: int) -> str:
    """What stands in an index, an exponent or a root, without the brackets that only hold it together."""
    inner = _unwrapped(script)
    if depth >= DEEPEST or (inner.isalpha() and len(inner) > 1):
        return escape(inner)
    return formula_html(inner, depth + 1)


def _unwrapped(text: str) -> str:
    """The text without a pair of brackets around all of it."""
    whole = re.fullmatch(GROUP, text) or re.fullmatch(r"\{[^{}]*\}", text)
    return text[1:-1] if whole else text


def _link(reference: str) -> str:
    number = reference.removeprefix("arXiv:")
    return f'<a href="https://arxiv.org/abs/{number}" target="_blank" rel="noopener noreferrer">{reference}</a>'


def _code(text: str) -> str:
    return f"<code>{escape(text.strip('`'))}</code>"


WRITERS: dict[str, Callable[[str], str]] = {
    "code": _code,
    "arxiv": _link,
    "node": _code,
    "name": _code,
    "small": lambda text: f"<sup>{''.join(SUPERSCRIPTS[letter] for letter in text)}</sup>",
}
