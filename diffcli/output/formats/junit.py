"""What test runners read: JUnit's XML, one test case for each verdict.

Source: the schema of the JUnit plug-in of Jenkins, of which every runner reads a part.
"""

from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape, quoteattr

from diffcli.errors import visible
from diffcli.output.document import Case, Document, Screen

SUMMARY = "JUnit's XML, for test runners"
SUFFIXES = (".xml",)
NEEDS = "cases"


def lines(documents: Iterable[Document], screen: Screen) -> Iterator[str]:
    """Yield one test suite with all that was checked."""
    cases = [case for document in documents for case in document.cases()]
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    failures = sum(case.outcome == "failure" for case in cases)
    errors = sum(case.outcome == "error" for case in cases)
    counts = f'tests="{len(cases)}" failures="{failures}" errors="{errors}"'
    yield f"<testsuites {counts}>"
    yield f'  <testsuite name="diffcli" {counts}>'
    for case in cases:
        yield from _case(case)
    yield "  </testsuite>"
    yield "</testsuites>"


def _case(case: Case) -> Iterator[str]:
    head = f"    <testcase classname={_quoted(case.group)} name={_quoted(case.name)}"
    yield f"{head}>"
    if case.outcome:
        yield f"      <{case.outcome} message={_quoted(case.message)}/>"
    else:
        yield f"      <system-out>{escape(visible(case.message))}</system-out>"
    yield "    </testcase>"


def _quoted(text: str) -> str:
    """Return a text as an attribute: no sign in it may steer anything, or end it."""
    return quoteattr(visible(text))
