"""What few calls come to: what each of them says, and its exit code."""

import shlex
from pathlib import Path

import pytest

from tests.conftest import Run

FILES = {
    "e.csv": "x,t\n1,2\n2,4\n3,6\n",
    "sub/e.csv": "x,t\n1,2\n",
    "open.md": "text\n```\n$ grad x --at 1\n",
    "quote.md": '# L\n\n```\n$ diffcli grad "x^2 --at 1\n```\n',
    "pipe.md": "# L\n\n```\n$ diffcli grad x^2 --at 1 | cat\n```\n",
    "text.md": "# L\n\n```\nsome text\n```\n",
    "help.md": "# L\n\n```\n$ diffcli grad --help\n```\n",
    "answers.csv": "answer\n2x\n",
    "answers.json": '[{"answer": "2x", "name": "Bo"}]',
    "names.csv": "a,b\n1,2\n",
    "quote.csv": '"x\n',
    "seven.csv": "1,2,3,4,5,6,7\n",
    "two.md": "# L\n\n```\n$ diffcli grad x*y --at 1,2 --at 3,4\n```\n",
}
#: A call, its exit code, and what it says.
CALLS = [
    ("help grad", 0, "Usage: diffcli grad"),
    ("grad x^2 --at", 2, "Option '--at' needs a value."),
    ("grad x^2 --at 1 -a 3", 2, "Hint: did you mean --arithmetic or --ascii or --at?"),
    ("explore x^2 --x", 2, "Hint: the option is --x"),
    ("grad x^2 --at x=1,x=2", 2, "--at names 'x' twice\n  x=1,x=2\n      ^\n"),
    ("grad x*y --at x=1,2", 2, "without a name\n  x=1,2\n      ^\nHint: --at x=1,y=2"),
    ("grad x --at 'log(0)'", 4, "  log(0)\n      ^  = 0\n"),
    ("grad x^2 --points - -o d/", 2, "parts are read from files"),
    ("grad x --points e.csv --points sub/e.csv -o d/", 2, "would both be 'd/e.csv'"),
    ("grad x^2+y^2=1 --at x=0.6,y=0.8 --implicit y --wrt y", 2, "that could move"),
    ("grad 'abs(x*a-t)' --data e.csv --at a=2", 5, "e.csv:2: not differentiable"),
    ("grad 'abs(x*a-t)' --data e.csv --at a=2 --order 2", 5, "Hint: --subgradient"),
    ("grad x^2+0*y --at x=0,y=0 --implicit y", 5, "Hint: --implicit x asks"),
    ("grad '(x*a-t)^2' --data e.csv --at a=1 --digits 25", 0, "-9.3333333333333333333"),
    ("grad x^2 --at 3 --method complex --digits 30", 0, "knows doubles only"),
    ("grad x^2.5 --at 4 --method complex", 0, "20.0"),
    ("grad x^101 --at=-1 --method complex", 0, "a negative base"),
    (f"grad x*1.{'1' * 5000} --at 3 --digits 25", 0, "1.111111111111111111111111 "),
    ("export 'logsumexp(x,y)' -f javascript", 0, "function "),
    ("export 'lgamma(x)' -f c", 2, "C has no polygamma, which the derivative"),
    ("export 'digamma(x)' -f c", 2, "C has no polygamma\n"),
    ("steps '2*sin(x)/x' -f latex", 0, r"&= 2 \cdot \frac{\frac{d}{d x}\left[\sin x"),
    ("steps 'a=x^2; b=sin(a); c=exp(a); b*c' -f latex", 0, r"\frac{d c}{d a} = c"),
    (f"trace '{'sin(' * 14}x{')' * 14}' --at 1 -f latex", 0, r"\ldots"),
    ("grad 'x*sin y' --at 1,2", 3, "  x*sin y\n    ^^^\nHint: sin(y)"),
    ("grad 'sin⁴ 2*x' --at 1", 3, "  sin⁴ 2*x\n  ^^^\nHint: sin(2)^4"),
    ("export x*y+3 -f torch", 0, "torch.broadcast_tensors(x, y)"),
    ("export 'softplus(x)' -f javascript", 0, "function "),
    ("export x^2*y --order 2", 0, "∂²f/∂x² = 2y"),
    ("functions abs", 0, "kink at 0; --subgradient uses 0"),
    ("functions floor", 0, "jump at every whole number; --subgradient uses 0"),
    ("functions relu -f csv", 0, "relu,relu(u),step(u),"),
    ("depth tanh,relu -f md", 0, "| layer | tanh | relu |"),
    ("plot x*y*z --x -1:1 --at z=2", 0, "with z = 2"),
    ("descend x^2 --at 1 --rate 1e308", 0, "diverges"),
    ("grad '(x^2)^1.5' --at 0 --order 2", 0, "formula of d²f/dx²: division by zero"),
    ("grad 'log(x)*x^2' --at 1e-320 --digits 30", 0, "quotient toward x: log is not"),
    ("grad '1e308*x*10+y' --at 0.01,2", 4, "the slope along x is beyond 1.8e308"),
    ("plot '1/(x^2+y^2)'", 0, "grows without end at x = 0, y = 0 (pole)"),
    ("practice --seed 7 --count 1 --answers answers.csv", 1, "\n1,2x,wrong,"),
    ("practice --seed 7 --count 1 --answers answers.json", 1, "\n1,2x,Bo,wrong,"),
    ("check --claims names.csv", 2, "names.csv has no column 'formula'\nHint: its"),
    ("check --claims quote.csv", 3, "quote.csv:1: a quote opens here and does not"),
    ("check --claims answers.json --no-header", 2, "has no line of names to leave out"),
    (
        "check --claims seven.csv --no-header",
        2,
        "formula and claim, or name first; here are 7",
    ),
    ("demo open.md", 2, "open.md:2: this block is never closed\nHint: end it with ```"),
    ("demo quote.md", 0, "no closing quotation in: diffcli grad"),
    ("demo pipe.md", 0, "'|' is for a shell"),
    ("demo text.md", 0, "some text"),
    ("demo help.md", 0, "Usage: diffcli grad"),
    ("demo two.md", 0, "at x = 3, y = 4"),
]


@pytest.mark.parametrize(("line", "code", "said"), CALLS)
def test_what_few_calls_say(
    line: str,
    code: int,
    said: str,
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    ran = run(*shlex.split(line))
    assert ran.code == code, ran
    assert said in (ran.err if code > 1 else ran.out + ran.err)
    assert code < 2 or not ran.out
