"""Nothing of a user or a file steers what shows it: a terminal, a page, a document."""

import json
import os
import re
import shlex
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from diffcli.language.latex_printer import latex_letter
from tests.conftest import Run

#: What a text may hold that means something to somebody.
TEXTS = {
    "escape": "\x1b[31m\x1b]0;title\x07",
    "controls": "\x00\x01\x08\x7f\x9b\r\x0b",
    "bidi": "\u202eabc\u2066\u200f",
    "separators": "\u2028\u2029\x85",
    "nonsense": "\ufffe\udcff",
    "markup": "[bold red]x[/]",
    "tag": "<script>alert(1)</script><b a='&amp;'>",
    "cdata": "]]>",
    "pipe": "a|b\\|c\\",
    "backticks": "`` ` ```",
    "dollar": "$x$ 50% a_b {c} #1 ~ ^",
    "environment": "\\end{Verbatim}\\end{document}\\input{x}",
    "letters": "中文 é α",
}
FORMATS = ("table", "md", "latex", "svg", "html")


class Tags(HTMLParser):
    """Collects the tags of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)


def hold(form: str, out: str) -> None:
    """Hold an output in a format to what no text may change in it."""
    assert all(c.isprintable() or c == "\n" for c in out)
    if form == "svg":
        ElementTree.fromstring(out)
    elif form == "html":
        assert Tags(out).tags <= {"html", "head", "meta", "style", "body", "pre"} | {
            "span", "code", "title"
        }  # fmt: skip
    elif form == "md":
        columns = {
            len(re.findall(r"(?<!\\)(?:\\\\)*\|", line))
            for line in out.splitlines()
            if line.startswith("| ")
        }
        assert len(columns) <= 1
        assert not re.search(r"^[^`]*(?<!\\)<", out, re.MULTILINE) or "```" in out
    elif form == "latex":
        verbatim = r"\\begin\{Verbatim\}.*?\\end\{Verbatim\}"
        out = re.sub(verbatim, "", out, flags=re.DOTALL)
        begins = re.findall(r"\\begin\{(\w+\*?)\}", out)
        assert sorted(begins) == sorted(re.findall(r"\\end\{(\w+\*?)\}", out))
        assert r"\input" not in out


PROGRAM = 'while read _; do echo \'{"f": 1, "grad": [0]}\'; done'


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("text", TEXTS)
def test_a_program_s_name_steers_nothing(text: str, form: str, run: Run) -> None:
    name = TEXTS[text].replace("\x00", "").encode("utf-8", "replace").decode()
    program = shlex.join(["sh", "-c", PROGRAM, name])
    for command in ("grad", "check"):
        ran = run(command, "--program", program, "--at", "1", "-f", form)
        assert ran.code == 0, ran.err
        hold(form, ran.out)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("text", TEXTS)
def test_a_row_of_a_file_steers_nothing(
    text: str, form: str, run: Run, tmp_path: Path
) -> None:
    name = re.sub("[\x00/]", "", TEXTS[text]).encode("utf-8", "replace").decode()
    file = tmp_path / f"f{name}.csv"
    value = name.replace("\r", "").replace('"', '""')
    file.write_text(f'x,note\n1,"{value}"\n"{value}",2\n', encoding="utf-8", newline="")
    ran = run("grad", "x", "--points", str(file), "--keep-going", "-f", form)
    hold(form, ran.out)
    for words in (("--points", str(file)), ("--at", f"x={name}"), ("--wrt", name)):
        ran = run("grad", "x", *words)
        assert all(c.isprintable() or c == "\n" for c in ran.out + ran.err)
    formulas = tmp_path / "formulas"
    formulas.write_text(f"x\n{value}\n", encoding="utf-8", newline="")
    many = ("--exprs", str(formulas), "--at", "x=1", "--keep-going")
    hold(form, run("grad", *many, "-f", form).out)


#: Files with a text wherever a text may stand: by name, content, and the call. T is
#: the text, Q is in quotes for a table, J for JSON.
FILES = {
    "head.csv": ('x,"Q"\n1,2\n', ("grad", "x", "--keep-going", "--points")),
    "row.jsonl": ('{"x":1,J:J}\n{"x":J}\n', ("grad", "x", "--keep-going", "--points")),
    "claims.csv": (
        'name,formula,claim\n"Q",x^2,2x\na,"Q",2x\nb,x^2,"Q"\n',
        ("check", "--keep-going", "--claims"),
    ),
    "claims.jsonl": (
        '{"name":J,"formula":"x^2","claim":"3x"}\n{"name":1,"formula":J,"claim":J}\n',
        ("check", "--keep-going", "--claims"),
    ),
    "work": ("f(x) = x^2\nT: f'(x) = 2x T\n= 3x T\n= T", ("check", "--work")),
    "lesson.md": (
        "# T\n\nT `T` **T** [T](T)\n\n- T\n\n```console\n$ diffcli T\n```\n\n"
        "```\nT\n```\n",
        ("demo",),
    ),
}


@pytest.mark.parametrize("form", [*FORMATS, "json", "jsonl", "junit", "cast"])
@pytest.mark.parametrize("file", FILES)
def test_no_text_in_a_file_steers_anything(
    file: str, form: str, run: Run, tmp_path: Path
) -> None:
    """All texts at once, so that it is quick: each has been tried alone."""
    text = " ".join(TEXTS.values()).encode("utf-8", "replace").decode()
    pattern, call = FILES[file]
    quoted = {"T": text, "Q": text.replace('"', '""'), "J": json.dumps(text)}
    written = re.sub("[TQJ]", lambda letter: quoted[letter[0]], pattern)
    (tmp_path / file).write_text(written, encoding="utf-8", newline="")
    ran = run(*call, str(tmp_path / file), "-f", form)
    assert "internal" not in ran.err
    assert all(c.isprintable() or c == "\n" for c in ran.err)
    if not ran.out:
        return  # no format of this command
    if form in FORMATS:
        hold(form, ran.out)
    elif form == "junit":
        ElementTree.fromstring(ran.out)
    else:  # JSON hides what steers, or a terminal would obey it
        for line in [ran.out] if form == "json" else ran.out.split("\n")[:-1]:
            json.loads(line)


@pytest.mark.parametrize("form", FORMATS)
def test_what_a_program_says_steers_nothing(
    form: str, run: Run, tmp_path: Path
) -> None:
    text = " ".join(TEXTS.values()).encode("utf-8", "replace").decode()
    (tmp_path / "said").write_text(f"{text}\n", encoding="utf-8")
    said = shlex.quote(str(tmp_path / "said"))
    for line in (
        f"cat {said}", f"cat {said} >&2; exit 3",
        f"read _; echo '{{\"f\": 1}}'; cat {said} >&2; exit 3",
    ):  # fmt: skip
        program = shlex.join(["sh", "-c", line])
        ran = run("grad", "--program", program, "--at", "1", "-f", form)
        if ran.out:
            hold(form, ran.out)
        assert all(c.isprintable() or c == "\n" for c in ran.err)


@pytest.mark.parametrize("text", TEXTS)
def test_an_error_steers_nothing(text: str, run: Run) -> None:
    bad = TEXTS[text].replace("\x00", "")
    for words in (
        (bad, "--at", "1"), ("x", "--at", bad), ("x", "--vars", bad, "--at", "1"),
        ("x", "--at", "1", "-f", bad), ("x", "--at", "1", "--h", bad),
        ("x", "--at", "1", f"--{bad}"), ("x", "--at", "1", "--method", bad),
        ("x", bad, "--at", "1"), ("--module", bad, "--at", "1"),
        ("--module", f"{bad}:f", "--at", "1"), ("--program", bad, "--at", "1"),
        (f"@{bad}", "--at", "1"), ("x", "--points", bad),
        ("x", "--at", "1", "-o", f"{bad}/x.csv"), ("x", "--at", "1", "--scheme", bad),
    ):  # fmt: skip
        ran = run("grad", *words)
        assert all(c.isprintable() or c == "\n" for c in ran.out + ran.err), words
        assert "internal" not in ran.err, words
    ran = run(bad)
    assert all(c.isprintable() or c == "\n" for c in ran.out + ran.err)


def test_every_letter_of_a_name_is_known_to_latex(run: Run) -> None:
    for name in ("α", "Σ", "λ", "ς", "Größe", "x_中"):
        ran = run("grad", f"({name}-1)^2", "--at", "1", "-f", "latex")
        assert ran.out.isascii()
        assert ran.code == 0 or "not" in ran.err  # no letter of the language
    assert [*map(latex_letter, "αΛx")] == [r"\alpha", r"\Lambda", "x"]


@pytest.mark.parametrize("byte", [0x80, 0xA0, 0xFE, 0xFF])
def test_a_byte_that_is_no_text_is_shown_as_one(byte: int, run: Run) -> None:
    name = os.fsdecode(b"no-file" + bytes([byte]))
    for words in (
        ["grad", f"@{name}", "--at", "1"],
        ["grad", f"x{name[-1:]}", "--at", "1"],
    ):
        ran = run(*words)
        assert ran.code in (2, 3)
        assert f"\\x{byte:02x}'" in ran.err
        assert "\\u" not in ran.err
