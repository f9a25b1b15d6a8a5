r"""What stands on the left of '=' in LaTeX and says how the right side is called.

\mathrm{swish}(x) = ..., x' = ..., F^{-1}(p) = ...: a name, whatever it is called.
"""

import re

from diffcli.language.lexer import Token
from diffcli.language.readers import latex_tables as tables
from diffcli.language.readers.latex_indices import Indices
from diffcli.language.readers.words import name
from diffcli.remarks import Remark

_HEAD = re.compile(
    r"""\s*(?:
      \\(?:FONT)\s*\{(?P<word>[A-Za-z][\w\s-]*)\}    # \text{Leaky ReLU}
    | (?P<plain>[A-Za-z]{2,})                      # FL
    | \\?(?P<letter>[A-Za-z]+|[α-ωΑ-Ω])            # x, \gamma
    )
    (?P<index>_\s*(?:\{[^{}]*\}|\w))?
    (?P<mark>(?:'|\s*\^\s*(?:\\prime|\{\s*(?:\\prime|'|-\s*1)\s*\}))*)
    (?P<below>_\s*(?:\{[^{}]*\}|\w))?
    (?=(?P<arguments>\s*(?:\\left|\\[bB]igg?l?)?\s*\([^()=+*/^-]*\))?
      \s*&?\s*(?:=(?!=)|:=|\\coloneqq|\\equiv|\\triangleq|≡))
    """.replace("FONT", "|".join(sorted({*tables.FONTS} - {"operatorname*"}))),
    re.VERBOSE,
)  # fmt: skip


_MAP = re.compile(
    r"""\s*(?:[A-Za-z]\s*(?::|\\colon(?![A-Za-z]))\s*)?
    (?P<bracket>\()?\s*LETTER(?:\s*,\s*LETTER)*\s*(?(bracket)\))
    \s*\\(?:longmapsto|mapsto)(?![A-Za-z])
    """.replace("LETTER", r"\\?[A-Za-z]+(?:_\s*(?:\{[^{}]*\}|\w))?"),
    re.VERBOSE,
)
"""f \\colon x \\mapsto, (x, y) \\mapsto."""
_SQUARED = re.compile(
    r"""\s*(?P<name>\\?[A-Za-z]+|[α-ωΑ-Ω])(?P<index>_\s*(?:\{[^{}]*\}|\w))?
    \s*\^\s*(?P<power>\{\s*[2-9]\s*\}|[2-9])(?P<below>_\s*(?:\{[^{}]*\}|\w))?
    (?P<sign>\s*&?\s*(?:=(?!=)|:=))
    """,
    re.VERBOSE,
)
"""\\sigma^2 =, s_x^2 =."""


_SAID = re.compile(
    r"""\s*(?:\\?[A-Za-z]+|[α-ωΑ-Ω])(?:_\s*(?:\{[^{}]*\}|\w))?
    (?:\s*(?:\\left\s*)?\((?P<inside>[^()=]*)\))?
    \s*&?\s*(?:=(?!=)|(?P<roughly>\\(?:approx|simeq|cong)(?![A-Za-z])|≈))
    """,
    re.VERBOSE,
)
"""f(x \\mid \\mu, \\sigma^2) =, T \\approx."""
_GIVEN = re.compile(r"[|;∣]|\\(?:mid|vert)(?![A-Za-z])")


class Heads(Indices):
    """What formulas are called in one reading."""

    def left_side(self) -> None:
        """Read a name in front of '=' that is none inside a formula."""
        mapping = _MAP.match(self.source, self.position, self.last)
        if mapping is not None:
            self.position = mapping.end()
            return
        if self.said():
            return
        found = _HEAD.match(self.source, self.position, self.last)
        if found is None:
            self.power_of_a_name()
            return
        word = found["word"] or found["plain"]
        called = bool(found["arguments"]) and bool(word)
        if not called and not found["mark"]:
            return
        letter = tables.GREEK.get(found["letter"] or "", found["letter"])
        indices = re.findall(r"\w+", (found["index"] or "") + (found["below"] or ""))
        text = re.sub(r"\W+", "_", word or letter)
        text += "".join(f"_{index.strip('_')}" for index in indices)
        marks = found["mark"]
        text += "_inverse" * ("1" in marks) + "_prime" * len(
            re.findall("'|prime", marks)
        )
        self.position = found.end()
        like = Token("", "", found.end() - len(found[0].lstrip()), found.end())
        self.group.out.append(name(text, like))

    def said(self) -> bool:
        r"""Step over f(x | \mu, \sigma^2) = and T \approx, if they are there."""
        found = _SAID.match(self.source, self.position, self.last)
        if found is None:
            return False
        inside = found["inside"] or ""
        if not found["roughly"] and not ("^" in inside and _GIVEN.search(inside)):
            return False
        if found["roughly"]:
            told = f"{found['roughly']} is read as '='."
            self.notes = [*dict.fromkeys([*self.notes, Remark(told)])]
        self.position = found.end()
        return True

    def power_of_a_name(self) -> None:
        r"""Step over \sigma^2 = where \sigma stands nowhere else: it is a name."""
        found = _SQUARED.match(self.source, self.position, self.last)
        if found is None:
            return
        letter = re.escape(found["name"])
        again = re.compile(rf"(?<![A-Za-z\\]){letter}(?![A-Za-z])")
        rest = self.source[found.end() : self.last]
        index = found["index"] or found["below"] or ""
        same = [m for m in again.finditer(rest) if rest.startswith(index, m.end())]
        if same or "\\\\" in rest or ";" in rest:
            return
        self.position = found.end()
        typed = self.source[found.start() : found.start("sign")].strip()
        told = f"{typed} is what the formula is called, no side of an equation."
        self.notes = [*dict.fromkeys([*self.notes, Remark(told)])]
