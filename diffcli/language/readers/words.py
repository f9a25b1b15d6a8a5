"""The words of what people write elsewhere, and what readers do with them.

Words are tokens of the plain language and of others: brackets of all kinds, signs of
conditions, bars, dots and colons. A reader takes a list of them and returns another;
each word keeps its place in the text, so that carets point at what was typed.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache

from diffcli.errors import ParseError, Span
from diffcli.language.lexer import BLANK, LOWERED, RAISED, Token, refusal, spelling
from diffcli.records import Record

Words = list[Token]

#: Characters that are others in another dress: each by one, so that places stay.
_DRESSED = str.maketrans({
    "–": "−", "—": "−", "‐": "−", "‑": "−", "﹣": "−", "∗": "·", "∙": "·", "•": "·",
    "∕": "/", "⁄": "/", "ℯ": "e", "ⅇ": "e", "’": "'", "′": "'", "“": '"', "”": '"',
    "µ": "μ", "∣": "|", "∥": "‖", "⟶": "→", "ℓ": "l", "・": "·",
    "✕": "×", "✖": "×", "⨯": "×", "≔": "=", "\u00a0": " ",
})  # fmt: skip
_RAISED = RAISED | str.maketrans("⁺⁽⁾ⁿⁱˣʸᵃᵇᶜᵈᵏᵐᵖᵗ", "+()nixyabcdkmpt")
_PATTERN = r"""
      (?P<number> (?:[0-9]+(?:_[0-9]{3})*\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)? )
    | (?P<name>   [_A-Za-zΑ-Ωα-ωϑϕϖϰϱϵ][_0-9A-Za-zΑ-Ωα-ωϑϕϖϰϱϵ₀-₉ₐ-ₜⱼ]* )
    | (?P<sign>   \*\*|%/%|%%|<-|<=|>=|==|!=|<>|:=|->|=>|&&|//|::|[-+*/^(),;=\n−·⋅×÷√∛]
                | [\[\]{}<>|!%°:?.&@~≤≥≠∧∨¬↦→'"`⌊⌋⌈⌉‖∞±$\\∂∑∏∫] )
    | (?P<power>  [⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿⁱˣʸᵃᵇᶜᵈᵏᵐᵖᵗ]+ )
    | (?P<fraction> [½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞] )
    | (?P<other>  . )
    | (?P<end>    \Z )
"""
#: Signs with another spelling: what they are, and how the language spells them.
_SIGNS = {
    "^": "**", "−": "-", "·": "*", "⋅": "*", "×": "*", "÷": "/", ":=": "=",
    "≤": "<=", "≥": ">=", "≠": "!=", "<>": "!=", "&&": "and", "∧": "and", "∨": "or",
    "¬": "not", "%%": "%", "%/%": "//", "→": "->", "↦": "->", "=>": "->",
}  # fmt: skip
_LOWERED = LOWERED | str.maketrans("ₐₑₒₓₕₖₗₘₙₚₛₜⱼ", "aeoxhklmnpstj")
_FRACTIONS = {
    "⅕": "1/5", "⅖": "2/5", "⅗": "3/5", "⅘": "4/5", "⅙": "1/6", "⅚": "5/6",
    "⅛": "1/8", "⅜": "3/8", "⅝": "5/8", "⅞": "7/8",
}  # fmt: skip
FOREIGN = frozenset("?:.&@~'`\"\\|!°∞±$∂∑∏∫‖⌊⌋⌈⌉[]{}") | {"//", "::", "->", "<-"}
"""Signs that have no meaning unless a reader gives them one."""
HINTS = {
    "//": "a quotient rounded down is written floor(x/y)",
    "<-": "write y = 2*x for a definition, y < -2*x for a comparison",
    '"': "a formula stands without quotes",
    "::": "modules are read in front of functions: np.exp(x)",
}
"""What to write in place of some of them."""
OPENING = {"(": ")", "[": "]", "{": "}"}
CLOSING = {")", "]", "}"}


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile(f"{BLANK}(?:{_PATTERN})", re.VERBOSE | re.DOTALL)


def undressed(source: str) -> str:
    """Return a text of the same length in plain letters: 𝑥 is x, a full-width 1 is 1.

    >>> undressed("𝑥–１")
    'x−1'
    """
    return "".join(map(_plain, source)).translate(_DRESSED)


def _plain(character: str) -> str:
    if "\U0001d400" <= character <= "\U0001d7ff" or "！" <= character <= "～":
        plain = unicodedata.normalize("NFKC", character)
        return plain if len(plain) == 1 else character
    return character


def words(source: str, within: Span | None) -> Words:
    """Return the words of a text, or of a part of it, closed by an "end".

    Raises ParseError for a character that nobody uses in formulas.
    """
    first, last = within or (0, len(source))
    found: Words = []
    for match in _pattern().finditer(source, first, last):
        kind = match.lastgroup
        assert kind is not None
        start, end = match.span(kind)
        text = source[start:end]
        if kind == "other":
            raise refusal(source, start, end)
        if kind == "sign":
            kind = text = _SIGNS.get(text, text)
            if text == "\n":
                kind, text = "newline", ";"
        elif kind == "name":
            if text[0] == "_":
                raise refusal(source, start, end)
            text = spelling(text).translate(_LOWERED)
        elif kind == "number":
            text = text.replace("_", "")
        elif kind == "fraction" and text in _FRACTIONS:
            inside = words(_FRACTIONS[text], None)[:-1]
            like = Token("", "", start, end)
            found += grouped([w._replace(start=start, end=end) for w in inside], like)
            continue
        elif kind == "power":
            found += _raised(source, start, end)
            continue
        found.append(Token(kind, text, start, end))
    return found


def _raised(source: str, start: int, end: int) -> Words:
    """Return a raised number as one word, anything else raised as ** ( ... ).

    Raises ParseError for what ends with a sign, and for brackets that do not match.
    """
    text = source[start:end].translate(_RAISED)
    if re.fullmatch("-?[0-9]+", text):
        return [Token("power", text, start, end)]
    inside = [
        word._replace(start=start, end=end) for word in words(text, None) if word.text
    ]
    if not _is_whole([word.kind for word in inside]):
        message = f"'{source[start:end]}' is no whole exponent"
        hint = "x² is x^2, and x⁻¹ is x^(-1)"
        raise ParseError(message, source=source, span=(start, end), hint=hint)
    opening, closing = (Token(sign, sign, start, end) for sign in "()")
    return [Token("**", "**", start, end), opening, *inside, closing]


def _is_whole(kinds: Sequence[str]) -> bool:
    """Tell whether brackets match, and something stands behind each sign."""
    depth = 0
    for kind, behind in zip(kinds, [*kinds[1:], ")"], strict=True):
        depth += {"(": 1, ")": -1}.get(kind, 0)
        if depth < 0 or (kind in ("+", "-", "(") and behind == ")"):
            return False
    return depth == 0


# ---- places in a list of words ------------------------------------------------------


def has(given: Sequence[Token], *signs: str) -> bool:
    """Tell whether one of some signs or words stands in a list."""
    texts = (word.text if word.kind == "name" else word.kind for word in given)
    return not {*signs}.isdisjoint(texts)


def with_neighbours(given: Words) -> Iterator[tuple[Token, Token, Token]]:
    """Yield each word between the one before it and the one behind it.

    In front of the first and behind the last stands a word without a kind.
    """
    nothing = sign("", given[0])
    return zip([nothing, *given], given, [*given[1:], nothing], strict=False)


def partners(given: Sequence[Token]) -> dict[int, int]:
    """Return for each bracket that has one the place of its partner."""
    found: dict[int, int] = {}
    stack: list[int] = []
    for place, word in enumerate(given):
        if word.kind in OPENING:
            stack.append(place)
        elif stack and OPENING[given[stack[-1]].kind] == word.kind:
            opening = stack.pop()
            found[opening], found[place] = place, opening
    return found


def ends_operand(word: Token) -> bool:
    """Tell whether an operand may end with a word."""
    return word.kind in (
        "number", "name", "power", "fraction", ")", "]", "}", "!", "°", "∞", "'", "()",
    )  # fmt: skip


def begins_operand(word: Token) -> bool:
    """Tell whether a word can only begin an operand, or a sign in front of one."""
    return word.kind in (
        "number", "name", "fraction", "(", "[", "{", "√", "∛", "⌊", "⌈", "∞", "not",
    )  # fmt: skip


def sign(text: str, like: Token, kind: str = "") -> Token:
    """Return a word that nobody wrote, at the place of one that was."""
    return Token(kind or text, text, like.start, like.end)


def name(text: str, like: Token) -> Token:
    """Return a name that stands for a word."""
    return Token("name", text, like.start, like.end)


def number(text: str, like: Token) -> Token:
    """Return a number that stands for a word."""
    return Token("number", text, like.start, like.end)


def grouped(inside: Iterable[Token], like: Token, last: Token | None = None) -> Words:
    """Return words in brackets."""
    return [sign("(", like), *inside, sign(")", last or like)]


def operand_start(given: Sequence[Token]) -> int:
    """Return where the operand begins with which a list ends: x, 3, (x+1), sin(x)."""
    place = len(given) - 1
    while place and given[place].kind == "power":
        place -= 1
    if given[place].kind not in CLOSING:
        return place
    depth = 0
    while True:
        depth += (given[place].kind in CLOSING) - (given[place].kind in OPENING)
        if depth == 0 or place == 0:
            break
        place -= 1
    called = place > 0 and given[place - 1].kind == "name"
    return place - called


def outside(given: Sequence[Token]) -> Iterator[tuple[Token, bool]]:
    """Yield each word, and whether it stands in no bracket."""
    depth = 0
    for word in given:
        depth += (word.kind in OPENING) - (word.kind in CLOSING)
        yield word, depth <= 0


def last_part(given: Words, *ends: str) -> int:
    """Return where the last part begins that has something in it.

    A part ends at one of some signs that stands in no bracket.
    """
    signs = (place for place, (word, out) in enumerate(outside(given), 1)
             if out and word.kind in ends)  # fmt: skip
    empty = {";", "newline", "end"}
    parts = (place for place in reversed([*signs])
             if not empty.issuperset(word.kind for word in given[place:]))  # fmt: skip
    return next(parts, 0)


def parts(given: Sequence[Token]) -> list[Words]:
    """Return the words between the ';' and newlines that stand in no bracket."""
    found: list[Words] = [[]]
    for word, out in outside(given):
        if out and word.kind in (";", "newline"):
            found.append([])
        elif word.kind not in ("newline", "end"):
            found[-1].append(word)
    return [part for part in found if part]


def arguments(inside: Sequence[Token]) -> list[Words]:
    """Return the words between the commas that stand in no bracket."""
    found: list[Words] = [[]]
    for word, out in outside(inside):
        if out and word.kind == ",":
            found.append([])
        else:
            found[-1].append(word)
    return found


def by_call(
    given: Words, rewriter: Callable[[Token], "Rewrite | None"], *, sealed: bool = False
) -> Words:
    """Return words of which some calls are rewritten, inner ones first.

    ``rewriter`` says for a name how its calls are rewritten, None: not at all. Who
    rewrites an outer call sees the words of the inner ones, or where they are
    ``sealed`` one word for each: so a thousand nested calls take no million words.
    """
    found: Words = []
    seals: list[Words] = []
    #: For each open bracket: how, where the call begins, and the commas so far.
    stack: list[tuple[Rewrite | None, int, list[int]]] = []
    for word in given:
        if word.kind in OPENING:
            called = bool(found) and found[-1].kind == "name"
            rewrite = rewriter(found[-1]) if called else None
            stack.append((rewrite, len(found) - 1, []))
        elif word.kind == "," and stack:
            stack[-1][2].append(len(found))
        elif word.kind in CLOSING and stack:
            rewrite, start, commas = stack.pop()
            if rewrite is not None:
                ends = zip([start + 1, *commas], [*commas, len(found)], strict=True)
                inside = [found[a + 1 : b] for a, b in ends]
                written = rewrite(Pieces(found[start], inside, word))
                if written is not None:
                    if sealed:
                        seals.append(written)
                        at = found[start].start
                        seal = Token(_SEAL, f"{_SEAL} {len(seals) - 1}", at, word.end)
                        written = [seal]
                    found[start:] = written
                    continue
        found.append(word)
    return _opened(found, seals) if seals else found


_SEAL = "sealed"


def _opened(given: Words, seals: Sequence[Words]) -> Words:
    """Return words with those that were sealed."""
    found: Words = []
    pending = [iter(given)]
    while pending:
        for word in pending[-1]:
            if word.kind == _SEAL:
                pending.append(iter(seals[int(word.text.split()[1])]))
                break
            found.append(word)
        else:
            pending.pop()
    return found


class Pieces(Record):
    """A call in its pieces."""

    name: Token
    arguments: list[Words]
    closing: Token


Rewrite = Callable[[Pieces], "Words | None"]
"""Returns what stands for a call; None: it stays."""


def call(word: Token, *inside: Words, text: str = "") -> Words:
    """Return a call of a function; without ``text`` that of the word's name."""
    joined: Words = []
    for argument in inside:
        joined += [sign(",", word), *argument]
    return [name(text or word.text, word), *grouped(joined[1:], word)]


def excerpt(source: str, given: Sequence[Token]) -> str:
    """Return words as they stand in the text."""
    return source[given[0].start : given[-1].end].strip() if given else ""


def refuse(source: str, given: Sequence[Token], message: str, hint: str) -> ParseError:
    """Return an error that points at some words."""
    span = (min(w.start for w in given), max(w.end for w in given))
    return ParseError(message, source=source, span=span, hint=hint)
