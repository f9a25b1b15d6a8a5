"""Functions that a text defines: s(u) = 1/(1+exp(-u)); s(x) + s(2x).

A call is written out: the body stands in its place, with the arguments for the
parameters. What is called is remembered, so that a node can be shown as s(x).
"""

from collections.abc import Mapping

from diffcli.calculus.functions import BY_NAME, WHEN, Function
from diffcli.errors import Span
from diffcli.language.elsewhere import TEMPLATES
from diffcli.language.expression import Call, Expression, Variable, postorder, variable
from diffcli.language.expression import natural as _natural
from diffcli.language.lexer import Token
from diffcli.language.parser import Parsed, parse_tokens
from diffcli.language.pratt import applied
from diffcli.language.readers.draft import Draft
from diffcli.language.readers.words import OPENING, Words, parts
from diffcli.records import Record


class Own(Record):
    """A function of the text's own."""

    parameters: tuple[str, ...]
    #: The body in the parameters and other names; written out already.
    body: Expression
    #: Where the parts of the body stand in the text.
    spans: Mapping[Expression, Span]
    #: Whether a call is shown by its name.
    shows: bool


class Functions(Record):
    """The functions of a text."""

    by_name: dict[str, Own]
    #: Rows that let the parser read their calls.
    rows: dict[str, Function]


def _row(name: str, arity: int) -> Function:
    return Function(f"{name}()", arity, float, (), ())


def _head(part: Words) -> tuple[Token, Words, Words] | None:
    """Return name, parameters and body of a part such as s(u) = ...."""
    kinds = [word.kind for word in part]
    if kinds[:2] != ["name", "("] or ")" not in kinds:
        return None
    closing = kinds.index(")")
    inside = part[2:closing]
    if kinds[closing + 1 : closing + 2] != ["="]:
        return None
    if [word.kind for word in inside] != (["name", ","] * len(inside))[: len(inside)]:
        return None
    return part[0], inside[::2], part[closing + 2 :]


def names(given: Words) -> frozenset[str]:
    """Return the names of the functions that a text defines before its last part."""
    heads = [_head(part) for part in parts(given)[:-1]]
    return frozenset(head[0].text for head in heads if head)


def functions(draft: Draft) -> tuple[Functions, Words]:
    """Return the functions of a text, and its words without their definitions.

    Raises ParseError for a body that cannot be read, a name that the table has, and
    a function that is defined twice.
    """
    found = Functions({}, {WHEN.name: WHEN})
    _add_templates(found, draft)
    if not draft.own:
        return found, draft.words
    *before, last = parts(draft.words)
    rest: Words = []
    for part in before:
        head = _head(part)
        if head is None:
            end = part[-1].end
            rest += [*part, Token(";", ";", end, end + 1)]
            continue
        word, parameters, body = head
        if word.text in BY_NAME:
            message = f"'{word.text}' is a function already"
            raise draft.refuse([word], message, "use another name")
        if word.text in found.by_name and found.by_name[word.text].shows:
            message = f"'{word.text}' is defined twice"
            raise draft.refuse([word], message, "use another name")
        inside = {w.text for w in body if w.kind == "name"}
        if word.text in inside:
            message = f"'{word.text}' calls itself"
            hint = "a function can call those that are defined before it"
            raise draft.refuse([word], message, hint)
        _add(found, draft, word, parameters, body)
    return found, [*rest, *last, draft.words[-1]]


def _add(
    found: Functions, draft: Draft, word: Token, parameters: Words, body: Words
) -> None:
    """Read the body of a function, and note it."""
    names = tuple(parameter.text for parameter in parameters)
    if not names:
        message = f"'{word.text}' has no parameters"
        raise draft.refuse([word], message, f"without them it is a name: {word.text} =")
    if len(set(names)) < len(names):
        message = "two parameters have one name"
        raise draft.refuse(parameters, message, "f(x, y) = ...")
    if not body:
        message = f"'{word.text}' has no formula"
        raise draft.refuse([word], message, "s(u) = 1/(1+exp(-u))")
    spans: dict[Expression, Span] = {}
    end = Token("end", "", body[-1].end, body[-1].end)
    known = draft.names | set(names)
    parsed = parse_tokens(draft.source, [*body, end], known, None, found.rows, spans)
    body_node = written_out(parsed, found, spans).expression
    found.by_name[word.text] = Own(names, body_node, spans, shows=True)
    found.rows[word.text] = _row(word.text, len(names))


def _add_templates(found: Functions, draft: Draft) -> None:
    """Note the functions known by a formula that the text calls."""
    for place, word in enumerate(draft.words[:-1]):
        text = word.text
        called = word.kind == "name" and draft.words[place + 1].kind in OPENING
        if not called or text in draft.names or text in draft.own:
            continue
        if text in TEMPLATES and text not in found.by_name:
            from diffcli.language.parser import parse

            parameters, body = TEMPLATES[text]
            node = parse(body, names=parameters).expression
            found.by_name[text] = Own(parameters, node, {}, shows=False)
            found.rows[text] = _row(text, len(parameters))


def written_out(
    parsed: Parsed, functions: Functions, spans: dict[Expression, Span] | None = None
) -> Parsed:
    """Return what was read with every call of an own function written out.

    ``spans`` learn where the nodes stand that are made.
    """
    if not functions.by_name:
        return parsed
    work = _Work(functions)
    definitions = {
        name: work.expanded(node, name) for name, node in parsed.definitions.items()
    }
    expression = work.expanded(parsed.expression)
    if spans is not None:
        work.place(spans)
    used = tuple(
        node.name
        for node in postorder([*definitions.values(), expression])
        if isinstance(node, Variable) and node.name not in definitions
    )
    order = parsed.variables
    if not set(order).issuperset(used):
        order = tuple(sorted({*order, *used}, key=_natural))
    return parsed._replace(
        expression=expression, definitions=definitions, variables=order,
        as_written=used,
        labels={
            node: label
            for node, label in work.labels.items()
            if node is not expression and isinstance(node, Call)
        },
    )  # fmt: skip


class _Work:
    """Calls that are being written out."""

    def __init__(self, functions: Functions) -> None:
        self.functions = functions
        self.built: dict[Expression, Expression] = {}
        self.defined: dict[Expression, Expression] = {}
        self.names: dict[Expression, str] = {}
        self.labels: dict[Expression, str] = {}
        self.spans: dict[Expression, Span] = {}  # of nodes made from a body

    def place(self, spans: dict[Expression, Span]) -> None:
        """Add where the nodes stand that were made."""
        for node, made in self.built.items():
            if node in spans:
                spans.setdefault(made, spans[node])
        for made, span in self.spans.items():
            spans.setdefault(made, span)

    def expanded(self, root: Expression, name: str = "") -> Expression:
        """Return an expression without calls of own functions."""
        for node in postorder([root]):
            if node in self.built:
                continue
            args = [self.built[argument] for argument in node.args]
            if not isinstance(node, Call):
                self.built[node] = node
            elif node.function.name.endswith("()"):
                self.built[node] = self.call(node, args)
            else:
                self.built[node] = applied(node.function, args)
        if name:
            self.defined[variable(name)] = self.built[root]
            self.names[self.built[root]] = name
        return self.built[root]

    def call(self, node: Call, args: list[Expression]) -> Expression:
        """Return the body of an own function with arguments in place of parameters."""
        name = node.function.name[:-2]
        own = self.functions.by_name[name]
        parameters = map(variable, own.parameters)
        made = self.defined | dict(zip(parameters, args, strict=True))
        for part in postorder([own.body]):
            if part not in made:
                parts = [made[argument] for argument in part.args]
                made[part] = part
                if isinstance(part, Call):
                    made[part] = applied(part.function, parts)
            if part in own.spans:
                self.spans.setdefault(made[part], own.spans[part])
        result = made[own.body]
        if own.shows:
            self.labels.setdefault(result, self._label(name, args))
        return result

    def _label(self, name: str, args: list[Expression]) -> str:
        """Return a call as it is shown: s(w*x+b)."""
        from diffcli.language.printer import text

        names = self.names
        inside = (
            names.get(arg) or text(arg, spaced=False, limit=40, names=names)
            for arg in args
        )
        return f"{name}({', '.join(inside)})"
