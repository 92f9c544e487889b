"""Where in a JSON text a mistake stands, so that the editor can mark the very words that are wrong.

Pure text work, no Qt: `mistakes` says what is wrong, `locate` finds the value at a path.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NoReturn

Path = tuple[str | int, ...]

MAX_DEPTH = 200
"""Deeper than any payload that a person edits, shallower than the limit of Python's own JSON reader."""

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+')


_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]|\['((?:[^'\\]|\\.)*)'\]")


@dataclass(frozen=True, slots=True)
class JsonProblem:
    """One mistake in a JSON text, in words."""

    text: str

    path: Path = ()
    """Which value is wrong; the whole text when empty. Not used where the text is not JSON at all."""

    start: int = 0
    """Characters from the beginning of the text."""

    end: int = 0
    """Just after the last wrong character; equal to start where something is missing."""


Checker = Callable[[object], Sequence[JsonProblem]]
"""Looks at a value that is valid JSON and says what is wrong with it; places are filled in from the paths."""


def read(text: str) -> object:
    """The value of a JSON text; ValueError with a plain sentence where it is none (NaN and Infinity are none)."""
    if _depth(text) > MAX_DEPTH:
        raise ValueError(f"nested deeper than {MAX_DEPTH} levels")
    return json.loads(text, parse_constant=_no_constant)


def mistakes(text: str, checker: Checker | None = None) -> tuple[JsonProblem, ...]:
    """What is wrong with the text, in the order of the text; syntax first, then what the checker says."""
    if not text.strip():
        return (JsonProblem("a JSON value is missing"),)
    try:
        value = read(text)
    except json.JSONDecodeError as error:
        return (_syntax_problem(text, error),)
    except ValueError as error:
        words = "a number with too many digits" if "digits" in str(error) else str(error)
        return (JsonProblem(words, end=len(text)),)
    if checker is None:
        return ()
    placed = [_place(text, problem) for problem in checker(value)]
    return tuple(sorted(placed, key=lambda problem: problem.start))


def locate(text: str, path: Path) -> tuple[int, int]:
    """Start and end of the value at `path` in valid JSON; of its nearest existing ancestor where it is missing."""
    spans = _spans(text)
    while path and path not in spans:
        path = path[:-1]
    return spans.get(path, (0, len(text)))


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Counted from 1, as editors count."""
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def spell_path(path: Path) -> str:
    """`items[2].price`, as people write it."""
    parts = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in path]
    return "".join(parts).lstrip(".")


def path_of(json_path: str) -> Path:
    """The steps of a JSON path as checkers write it: $.items[0]['unit price']."""
    steps: list[str | int] = []
    for name, number, quoted in _STEP.findall(json_path):
        steps.append(int(number) if number else name or re.sub(r"\\(.)", r"\1", quoted))
    return tuple(steps)


def _place(text: str, problem: JsonProblem) -> JsonProblem:
    start, end = locate(text, problem.path)
    # A whole object underlined from brace to brace is noise: its opening bracket is the place.
    if text[start : start + 1] in ("{", "["):
        end = start + 1
    return JsonProblem(problem.text, problem.path, start, end)


def _syntax_problem(text: str, error: json.JSONDecodeError) -> JsonProblem:
    start = min(error.pos, len(text))
    token = _TOKEN.match(text, start)
    end = token.end() if token else min(start + 1, len(text))
    return JsonProblem(_in_words(error.msg, text[start:end]), start=start, end=end)


_WORDS = (
    ("Expecting property name", "expected a name in double quotes, found {found}"),
    ("Expecting value", "expected a value, found {found}"),
    ("Expecting ',' delimiter", "a comma is missing before {found}"),
    ("Expecting ':' delimiter", "a colon is missing before {found}"),
    ("Illegal trailing comma", "a comma with nothing after it"),
    ("Extra data", "unexpected {found} after the end of the value"),
    ("Unterminated string", "the closing double quote is missing"),
    ("Invalid control character", "a line end or control character inside a text; write it as \\n, \\t or \\u…"),
    ("Invalid \\escape", "a backslash that starts nothing; write it twice"),
    ("Invalid \\uXXXX", "\\u needs four hexadecimal digits"),
)
"""Beginnings of what Python's reader says, and the same in words for a person."""


def _in_words(message: str, found: str) -> str:
    if not found.strip() and message.startswith("Expecting"):
        return "the text ends too early"
    for beginning, words in _WORDS:
        if message.startswith(beginning):
            return words.format(found=found[:40])
    return message[:1].lower() + message[1:]


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON; use a number, a string or null")


def _depth(text: str) -> int:
    depth = deepest = 0
    for token in _TOKEN.finditer(text):
        if token.group() in "{[":
            depth += 1
            deepest = max(deepest, depth)
        elif token.group() in "}]":
            depth -= 1
    return deepest


def _spans(text: str) -> dict[Path, tuple[int, int]]:
    """The span of every value of a valid JSON text, without recursion."""
    spans: dict[Path, tuple[int, int]] = {}
    open_at: list[tuple[Path, int]] = []
    steps: list[str | int] = []
    expects_name: list[bool] = []
    for token in _TOKEN.finditer(text):
        word, start, end = token.group(), token.start(), token.end()
        if word in "{[":
            open_at.append((tuple(steps), start))
            steps.append(0 if word == "[" else "")
            expects_name.append(word == "{")
        elif word in "}]":
            steps.pop()
            expects_name.pop()
            path, opened = open_at.pop()
            spans[path] = (opened, end)
        elif word == ",":
            last = steps[-1]
            if isinstance(last, int):
                steps[-1] = last + 1
            else:
                expects_name[-1] = True
        elif word == ":":
            expects_name[-1] = False
        elif expects_name and expects_name[-1]:
            steps[-1] = json.loads(word)
        else:
            spans[tuple(steps)] = (start, end)
    return spans
