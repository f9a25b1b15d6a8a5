"""How shells are told what could come next: click's way, with repairs.

A word that ends in ``=`` or ``(`` goes on: no blank may follow it. bash breaks words at
``=``, and hands over ``--at x1=1,x2`` in pieces; zsh and fish do not, and want
``--format=json`` back as a whole. And fish is not to end an answer at its first comma.
"""

from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
)


class Bash(BashComplete):
    """click's completion for bash, with words put together again."""

    source_template = BashComplete.source_template.replace(
        "COMPREPLY+=($value)",
        'COMPREPLY+=("$value")\n'
        "            [[ $value == *[=\\(] ]] && compopt -o nospace",
    )
    #: The part of the word that bash keeps.
    kept = ""

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the one to complete, and that one."""
        before, last = super().get_completion_args()
        words: list[str] = []
        pieces = [*before, last]
        for place, piece in enumerate(pieces):
            if place and "=" in (piece, pieces[place - 1]):
                words[-1] += piece
            else:
                words.append(piece)
        *before, word = words
        if word != last:
            value = word.partition("=")[2] if word.startswith("--") else word
            self.kept = value.removesuffix(last.removeprefix("="))
        return before, word

    def format_completion(self, item: CompletionItem[str]) -> str:
        """Return one completion without the part that bash keeps."""
        item.value = item.value.removeprefix(self.kept)
        return super().format_completion(item)


class Whole(ShellComplete):
    """What gives back an option and its value as one word."""

    option = ""

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the one to complete, and that one."""
        before, word = super().get_completion_args()
        name, sign, _ = word.partition("=")
        self.option = name + sign if sign and name.startswith("--") else ""
        return before, word

    def format_completion(self, item: CompletionItem[str]) -> str:
        """Return one completion with the option in front of it."""
        item.value = self.option + item.value
        return super().format_completion(item)


class Zsh(Whole, ZshComplete):
    """click's completion for zsh."""

    source_template = ZshComplete.source_template.replace(
        'completions+=("$key")',
        'if [[ "$key" == *[=\\(] ]]; then\n'
        "                    compadd -S '' -U -V unsorted -- \"$key\"\n"
        "                else\n"
        '                    completions+=("$key")\n'
        "                fi",
    )


class Fish(Whole, FishComplete):
    """click's completion for fish."""

    source_template = FishComplete.source_template.replace(
        'string split ","', 'string split -m 1 ","'
    )


def teach() -> None:
    """Make click use these."""
    for shell in (Bash, Zsh, Fish):
        add_completion_class(shell)
