"""The messages for bad input, character by character, with their exit codes."""

import json

import pytest
from rich.cells import cell_len

from diffcli.errors import ParseError, cells, visible
from tests.conftest import Run

LECTURE = "(2*x1+3*x2)**2+3"
#: The call's words, the exit code, and the message.
MESSAGES: list[tuple[tuple[str, ...], int, str]] = [
    (("(2*x1+3*x2**2+3", "--at", "1,3"), 3, """\
Error: this '(' is never closed
  (2*x1+3*x2**2+3
  ^
Hint: add ')' where the group should end
"""),
    (("2*x1+3*x2)", "--at", "1,3"), 3, """\
Error: this ')' closes nothing
  2*x1+3*x2)
           ^
Hint: remove it, or open a '(' before it
"""),
    (("x y + 1", "--at", "1,2"), 3, """\
Error: expected an operator between 'x' and 'y'
  x y + 1
    ^
Hint: write the product with '*': x*y
"""),
    (("2*x1+*3", "--at", "1"), 3, """\
Error: expected a number, a variable or '(' after '+'
  2*x1+*3
       ^
Hint: one sign is too many; a power is written x^2, a product x*y
"""),
    (("3*", "--at", "1"), 3, """\
Error: the formula ends after '*'
  3*
    ^
Hint: something to multiply with is missing
"""),
    (("sinn(x)", "--at", "1"), 3, """\
Error: unknown function 'sinn'
  sinn(x)
  ^^^^
Hint: did you mean 'sin'?
"""),
    (("sin x", "--at", "1"), 3, """\
Error: 'sin' is a function and needs parentheses
  sin x
  ^^^
Hint: sin(x)
"""),
    (("sin(x,2)", "--at", "1"), 3, """\
Error: 'sin' takes 1 argument, got 2
  sin(x,2)
       ^^
Hint: write sin(u)
"""),
    (("x(x+1)", "--at", "1"), 3, """\
Error: 'x' is a variable, not a function
  x(x+1)
  ^
Hint: for a product write x*(x+1)
"""),
    (("x = 3", "--at", "1"), 3, """\
Error: the formula ends after a definition
  x = 3
       ^
Hint: end with the formula itself (z = 2*x; z**2), or let x = 3 be the point
"""),
    (("1,5*x", "--at", "1"), 3, """\
Error: unexpected ','
  1,5*x
   ^
Hint: decimals use a point: 1.5*x
"""),
    (("1.234,5*x", "--at", "1"), 3, """\
Error: unexpected ','
  1.234,5*x
       ^
Hint: decimals use a point: 1234.5*x
"""),
    (("x $ 3", "--at", "1"), 3, """\
Error: '$' is not part of the language
  x $ 3
    ^
Hint: cells are written without it: A1
"""),
    (("__import__('os')", "--at", "1"), 3, """\
Error: a name cannot start with '_'
  __import__('os')
  ^^^^^^^^^^
"""),
    ((LECTURE, "--at", "1"), 2, """\
Error: --at has 1 value, but the formula has 2 variables: x1, x2
Hint: --at 1,3  or  --at x1=1,x2=3
"""),
    (("x1*x2", "--at", "1,5,2"), 2, """\
Error: --at has 3 values, but the formula has 2 variables: x1, x2
Hint: decimals use a point: 1.5,2
"""),
    (("x1*x2", "--at", "x1=1,y=2"), 2, """\
Error: --at names 'y', which is not in the formula (x1, x2)
  x1=1,y=2
       ^
Hint: x2 still needs a value
"""),
    (("x1*x2",), 2, """\
Error: at which point? Missing option '--at'.
Hint: --at x1=1,x2=2
"""),
    (("x", "--at", "1", "--h", "0"), 2, """\
Error: Invalid value for '--h': 0 is no positive number nor 'relative' nor 'auto'
Hint: 1e-5 is the default; see the effect with: diffcli sweep "x" --at 1
"""),
    (("log(x1-x2)", "--at", "1,3"), 4, """\
Error: log is not defined for -2
  log(x1-x2)
      ^^^^^  = -2 at x1 = 1, x2 = 3
"""),
    (("1/(x-1)", "--at", "1"), 4, """\
Error: division by zero
  1/(x-1)
     ^^^  = 0 at x = 1
"""),
    (("exp(1000*x)", "--at", "1"), 4, """\
Error: overflow: exp(1000) is beyond 1.8e308
  exp(1000*x)
  ^^^^^^^^^^^
"""),
]  # fmt: skip


@pytest.mark.parametrize(("words", "code", "message"), MESSAGES)
def test_message(words: tuple[str, ...], code: int, message: str, run: Run) -> None:
    assert run("grad", *words) == (code, "", message)


@pytest.mark.parametrize(("words", "code", "message"), MESSAGES)
def test_message_as_json(
    words: tuple[str, ...], code: int, message: str, run: Run
) -> None:
    ran = run("grad", *words, "-f", "json")
    assert (ran.code, ran.out) == (code, "")
    record = json.loads(ran.err)
    assert record["schema"] == "diffcli/error/1"
    error = record["error"]
    assert message.startswith(f"Error: {error['message']}\n")
    assert ("^" in message) == ("span" in error)


def test_a_kink_prints_the_comparison_too(run: Run) -> None:
    ran = run("grad", "abs(x)+x", "--at", "0")
    assert ran.code == 5
    assert "left 0, right 2" in ran.out
    assert ran.err == (
        "Error: not differentiable at x = 0: abs has a kink\n"
        "  abs(x)+x\n"
        "  ^^^^^^       slope 0 on the left, 2 on the right\n"
        "Hint: --subgradient uses abs'(0) = 0, as deep-learning libraries do\n"
    )


def test_what_has_no_slope_that_quotients_settle_on_is_no_tangent(run: Run) -> None:
    for formula in ("where(x==0, 0, x*sin(1/x))", "where(x==0, 0, x/log(abs(x)))"):
        ran = run("grad", formula, "--at", "0")
        assert ran.code == 5
        assert "left undecided, right undecided" in ran.out
        assert ran.err.startswith(
            "Error: not differentiable at x = 0:"
            " the difference quotients settle on no number\n"
        )


@pytest.mark.parametrize("number", ["-1", "0", "-0.5", "-1e-05"])
def test_a_number_that_is_refused_is_quoted_as_it_was_typed(
    number: str, run: Run
) -> None:
    ran = run("grad", "x^2", "--at", "1", "--h", number)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"Error: Invalid value for '--h': {number} is no pos")


def test_a_long_text_is_shown_through_a_window() -> None:
    source = "x+" * 200 + "sinn(x)" + "+y" * 200
    error = ParseError("unknown function 'sinn'", source=source, span=(400, 404))
    _, shown, carets = error.lines(40)
    assert len(shown) <= 40
    assert shown.startswith("  …")
    assert shown.endswith("…")
    first = carets.index("^")
    assert shown[first : first + 4] == "sinn"
    assert carets.strip() == "^^^^"


def test_every_character_of_a_script_takes_the_cells_that_rich_counts() -> None:
    """Scripts that terminals have long agreed on: Latin to Hebrew, East Asia's."""
    scripts = ((0x20, 0x5F0), (0x2070, 0x2300), (0x3041, 0x3100), (0x4E00, 0x9FF0))
    signs = (chr(code) for first, last in scripts for code in range(first, last))
    texts = [f"x{sign}y" for sign in signs if sign.isprintable()]
    assert [t for t in texts if cells(t) != cell_len(t)] == []


def test_wide_and_hidden_characters_keep_the_carets_in_place() -> None:
    error = ParseError("x", source="a\x1b漢+?", span=(4, 5))
    _, shown, carets = error.lines()
    assert shown == "  a\\x1b漢+?"
    assert carets == " " * (2 + 1 + 4 + 2 + 1) + "^"


def test_nothing_can_steer_a_terminal() -> None:
    assert visible("\x1b[31m\u202e\r\x00\udcff") == "\\x1b[31m\\u202e\\r\\x00\\xff"


@pytest.mark.parametrize(
    "words",
    [
        ("check", "--at", "1,2", "--claim", "q=1"),
        ("check", "--at", "1,2", "--claim", "x=q"),
        ("grad", "--at", "1,2", "--wrt", "q"),
        ("grad", "--at", "x=1,y=2,q=3"),
        ("plot", "--vary", "q", "--at", "x=1"),
        ("steps", "--wrt", "q"),
        ("sweep", "--at", "1,2", "--wrt", "q"),
        ("descend", "--at", "1,2", "--wrt", "q"),
    ],
)
def test_a_variable_that_does_not_occur_is_named(
    words: tuple[str, ...], run: Run
) -> None:
    ran = run(words[0], "x*y", *words[1:])
    assert (ran.code, ran.out) == (2, "")
    assert "'q', which is not in the formula (x, y)" in ran.err


@pytest.mark.parametrize("columns", [24, 40, 60, 80])
def test_what_stands_under_carets_fits_the_terminal(columns: int) -> None:
    error = ParseError(
        "wrong", source="abs(x1-x2)*sin(x1)", span=(0, 10), note="= " + "word " * 9
    )
    drawn = error.lines(columns)
    assert drawn[2] == "  ^^^^^^^^^^" + ("  = " + "word " * 9).rstrip() * (
        columns >= 60
    )
    assert max(map(len, drawn[:3])) <= columns


@pytest.mark.parametrize(
    ("formula", "at", "pointed"),
    [("x*y+log(x)", "0,2", "log(^"), ("x^2 + 1/x", "0", "x^2 + 1/^"),
     ("(x*y, log(x))", "0,2", "(x*y, log(^"), ("sqrt(x)+log(x)", "-1", "sqrt(^")],
)  # fmt: skip
def test_a_caret_points_into_what_is_undefined(
    formula: str, at: str, pointed: str, run: Run
) -> None:
    """A variable that stands elsewhere too has the place where it does harm."""
    _, line, caret, *_ = run("grad", formula, "--at", at).err.splitlines()
    assert line[: caret.index("^")].endswith(pointed[:-1])
