"""Commands that the documentation shows, and whether the program that they call knows them.

`buslens` is asked by the parser that the program itself has, `dev.py` by its table of commands.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import typer

import dev
from app.cli import program
from app.start import ClickError
from tests.helpers.pages import Page, Piece

SHELLS = ("", "sh", "bash", "shell", "console")
BETWEEN = frozenset({"|", "||", "&&", "&", ";"})
"""What ends a command on a line."""

INTO_A_FILE = frozenset({">", ">>", "<", "2>"})


@dataclass(frozen=True, slots=True)
class Shown:
    """One command: what is behind the name of the program."""

    program: str
    """`buslens` or `dev.py`."""

    arguments: tuple[str, ...]
    line: int


def in_block(block: Piece) -> Iterator[Shown]:
    """The commands of a block, as a shell would take them apart."""
    lines = block.text.replace("\\\n", "\0").splitlines()
    line = block.line
    for text in lines:
        words = _words(text.replace("\0", " ").removeprefix("$ "))
        yield from filter(None, (_shown(command, line) for command in _commands(words)))
        line += 1 + text.count("\0")


def in_span(span: Piece) -> Shown | None:
    """The command that stands in the text between two backticks, parts of it perhaps left out."""
    try:
        return _shown(shlex.split(span.text), span.line)
    except ValueError:  # half a quotation is no command
        return None


def blocks_with_commands(page: Page) -> list[list[Shown]]:
    return [list(in_block(block)) for block in page.blocks if block.language in SHELLS]


def spans_with_commands(page: Page) -> Iterator[Shown]:
    """Of a table's row also the options that stand behind the command, as if they stood in it."""
    last, row = None, 0
    for span in page.spans:
        shown = in_span(span)
        if shown is not None:
            last, row = shown, span.row
            yield shown
        elif last is not None and row and span.row == row and re.match(r"--?\w", span.text):
            yield Shown(last.program, (*last.arguments[:1], *span.text.split()), span.line)


def why_unknown(shown: Shown) -> str:
    """What is wrong with a command that is shown whole; empty where the program takes it."""
    if shown.program == "dev.py":
        return _why_not_dev(shown.arguments)
    command = _program()
    arguments = list(shown.arguments)
    try:
        while arguments and arguments[0] in getattr(command, "commands", {}):
            command = command.commands[arguments.pop(0)]
        if arguments and hasattr(command, "commands") and not arguments[0].startswith("-"):
            return f"buslens has no command {arguments[0]}"
        command.make_context("buslens", arguments)
    except typer.Exit:  # --help and --version
        return ""
    except ClickError as error:
        return str(error.format_message())  # type: ignore[attr-defined]
    return ""


def why_misnamed(shown: Shown) -> str:
    """What is wrong with a command of which a part is shown, or whose words in capitals stand for something."""
    if shown.program == "dev.py":
        return _why_not_dev(shown.arguments)
    command = _program()
    arguments = list(shown.arguments)
    while arguments and hasattr(command, "commands") and not arguments[0].startswith("-"):
        name = arguments.pop(0)
        if name.isupper():
            return ""
        if name not in command.commands:
            return f"buslens has no command {name}"
        command = command.commands[name]
    known = {option for each in command.params for option in (*each.opts, *each.secondary_opts)} | {"-h", "--help"}
    ours = arguments[: arguments.index("--")] if "--" in arguments else arguments
    options = (word.partition("=")[0] for word in ours if re.match(r"--?[a-zA-Z]", word))
    unknown = [option for option in options if option not in known]
    return f"buslens {shown.arguments[0]} has no option {unknown[0]}" if unknown else ""


@cache
def _program() -> Any:
    """Its commands and options; to make them takes a tenth of a second."""
    return typer.main.get_command(program)


def _why_not_dev(arguments: tuple[str, ...]) -> str:
    """`dev.py` says in its usage which words may follow a command."""
    name, *rest = arguments or ("",)
    if name not in dev.COMMANDS:
        return f"dev.py has no command {name}"
    wanted = re.search(rf"^  {name} (\S+)", dev.USAGE, re.M)
    choices = wanted[1].split("|") if wanted else []
    if name == "run" and rest:
        return why_misnamed(Shown("buslens", tuple(rest), 0))
    if rest and choices != ["[arguments]"] and rest[0] not in choices:
        return f"dev.py {name} does not take {rest[0]}"
    return ""


def _words(text: str) -> list[str]:
    words = shlex.shlex(text, posix=True, punctuation_chars="|&;<>")
    words.whitespace_split = True
    try:
        return list(words)
    except ValueError:  # a drawing with an apostrophe; of a command half a quotation is left, which is wrong
        return text.split()


def _commands(words: list[str]) -> Iterator[list[str]]:
    command: list[str] = []
    for word in words:
        if word in BETWEEN:
            yield command
            command = []
        else:
            command.append(word)
    yield command


def _shown(words: list[str], line: int) -> Shown | None:
    while words and re.match(r"[A-Z_][A-Z0-9_]*=", words[0]):
        words = words[1:]
    into = next((at for at, word in enumerate(words) if word in INTO_A_FILE), len(words))
    words = words[:into]
    if words[:1] == ["buslens"]:
        return Shown("buslens", tuple(words[1:]), line)
    if words[1:3] == ["-m", "buslens"]:
        return Shown("buslens", tuple(words[3:]), line)
    if words[1:2] == ["dev.py"]:
        return Shown("dev.py", tuple(words[2:]), line)
    return None
