"""What the YAML parser says of a text that is not YAML, as a person would say it, and the place that it is about."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ruamel.yaml.error import MarkedYAMLError

Told = tuple[int, int, str, str]
"""Line and column from 1, problem, hint."""

_IN_QUOTES = "put the text in quotes"
_QUOTED = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:''|[^'])*'")
_COMMENT = re.compile(r"(?<!\S)#")
_FOUND = re.compile(r"(?:found|got) (?:character )?'(.*)'")
_ENDS = ("<stream end>", "<document end>", "<document start>")


def mistake(error: MarkedYAMLError, text: str) -> Told:
    """A mistake that the YAML parser found, in words for people. text: the whole file."""
    problem = str(error.problem)
    where: Any = error.problem_mark or error.context_mark
    for beginning, tell in _TELLERS.items():
        if problem.startswith(beginning):
            return tell(error, text)
    return (where.line + 1, where.column + 1, "it cannot be read from here on", "") if where else (1, 1, "", "")


def _told(mark: Any, problem: str, hint: str = "") -> Told:
    return mark.line + 1, mark.column + 1, problem, hint


def _at_problem(problem: str, hint: str = "") -> Callable[[MarkedYAMLError, str], Told]:
    return lambda error, _text: _told(error.problem_mark, problem, hint)


def _in_brackets(error: MarkedYAMLError, text: str) -> Told:
    """Inside { } or [ ] something else stands than what may."""
    begins: Any = error.context_mark or error.problem_mark
    ends: Any = error.problem_mark
    lines = text.split("\n")
    found = _FOUND.search(str(error.problem))
    is_end = found is None or found[1] in _ENDS or ends.line >= len(lines)
    opening = lines[begins.line][begins.column : begins.column + 1] if begins.line < len(lines) else ""
    # Where a value is missing, the parser no longer says what it stands in.
    first = begins.line if opening in ("{", "[") else 0 if is_end else ends.line
    cut = _cut_by_comment(lines, first, ends.line)
    if cut is not None:
        return *cut, "a # behind a space begins a comment, and the bracket that closes here is part of it", _IN_QUOTES
    if opening not in ("{", "["):
        return _told(ends, "a bracket { or [ is never closed" if is_end else "a value is missing here")
    closing = "}" if opening == "{" else "]"
    if is_end:
        return _told(begins, f"what opens here with {opening} is never closed with {closing}")
    sign = lines[ends.line][ends.column : ends.column + 1]
    hint = "put a text with { } in it in quotes" if sign in ("{", "}") else ""
    return _told(ends, f"expected a comma or {closing} before {sign or 'the end of the line'}", hint)


def _cut_by_comment(lines: list[str], first: int, last: int) -> tuple[int, int] | None:
    """Line and column, from 1, of a comment with a closing bracket in it."""
    for number in range(first, min(last + 1, len(lines))):
        comment = _COMMENT.search(_QUOTED.sub(lambda found: "x" * len(found.group()), lines[number]))
        if comment and any(sign in lines[number][comment.start() :] for sign in "}]"):
            return number + 1, comment.start() + 1
    return None


def _no_beginning(error: MarkedYAMLError, _text: str) -> Told:
    found = _FOUND.search(str(error.problem))
    sign = found[1] if found else "this"
    if sign == "\\t":
        return _told(error.problem_mark, "a tab stands where spaces belong", "YAML is indented with spaces, not tabs")
    return _told(error.problem_mark, f"a text cannot begin with {sign}", _IN_QUOTES)


def _block_ends(error: MarkedYAMLError, _text: str) -> Told:
    if "block" in str(error.problem).partition("found")[2] or "'?'" in str(error.problem):
        return _told(error.problem_mark, "this line is indented otherwise than those that it belongs to")
    if "'-'" in str(error.problem):
        return _told(error.problem_mark, "an item of a list stands where a NAME: value belongs")
    return _told(error.problem_mark, "something stands behind a value that has ended", "put the whole value in quotes")


def _at_context(problem: str, hint: str = "") -> Callable[[MarkedYAMLError, str], Told]:
    return lambda error, _text: _told(error.context_mark or error.problem_mark, problem, hint)


_BACKSLASH = _at_problem(
    "a backslash in double quotes begins an escape, and this is none", r"write \\, or put the text in single quotes"
)
_BEHIND_BAR = _at_problem("nothing may stand behind | or > on its line", "begin the text on the next line")
_TELLERS: dict[str, Callable[[MarkedYAMLError, str], Told]] = {
    "expected ',' or": _in_brackets,
    "expected the node content": _in_brackets,
    "expected <block end>": _block_ends,
    "could not find expected ':'": _at_context("this line has no colon with a space behind it: NAME: value"),
    "mapping values are not allowed": _at_problem(
        "a second colon with a space behind it stands on this line", "put a text with a colon in quotes"
    ),
    "mapping keys are not allowed": _at_problem("a value cannot begin with ?", _IN_QUOTES),
    "sequence entries are not allowed": _at_problem(
        "a list cannot begin behind a key on the same line", "begin it on the next line, or put the text in quotes"
    ),
    "found unexpected end of stream": _at_context("the text that begins with this quote does not end"),
    "found unexpected document separator": _at_context("the text that begins with this quote does not end"),
    "found unknown escape": _BACKSLASH,
    "expected escape sequence": _BACKSLASH,
    "found character": _no_beginning,
    "expected alphabetic or numeric": _at_context("a text cannot begin with * or &", _IN_QUOTES),
    "expected chomping": _at_problem("nothing may stand behind | or > on its line", "begin the text on the next line"),
    "expected indentation": _at_problem(
        "nothing may stand behind | or > on its line", "begin the text on the next line"
    ),
    "found incompatible YAML": _at_problem("scenarios are YAML 1.2", "leave %YAML out"),
    "expected '<document start>'": _at_problem("something stands behind the end of the scenario"),
}
"""By how the parser's sentence begins."""
