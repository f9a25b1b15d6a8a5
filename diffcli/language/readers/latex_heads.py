r"""What stands on the left of '=' in LaTeX and says how the right side is called.

\mathrm{swish}(x) = ..., x' = ..., F^{-1}(p) = ...: a name, whatever it is called.
"""

import re

from diffcli.language.lexer import Token
from diffcli.language.readers import latex_tables as tables
from diffcli.language.readers.latex_indices import Indices
from diffcli.language.readers.words import name

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


class Heads(Indices):
    """What formulas are called in one reading."""

    def left_side(self) -> None:
        """Read a name in front of '=' that is none inside a formula."""
        found = _HEAD.match(self.source, self.position, self.last)
        if found is None:
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
