"""What CEL's parser says of an expression, as a person would say it, and the character that it is about."""

from __future__ import annotations

import re

_SAID = re.compile(r"<input>:(\d+):(\d+): (?:Syntax error: )?([^\n]*)")
_TOKEN = re.compile(r"(?:extraneous input|mismatched input|no viable alternative at input) '(.*?)'(?: expecting|$)")
_UNREADABLE = re.compile(r"token recognition error at: '(.*)'$")
_MISSING = re.compile(r"missing '(.)' at '(.*)'$")
_WORDS = {"and": "&&", "or": "||", "AND": "&&", "OR": "||", "not": "!", "NOT": "!"}
_SIGNS = {"=": "==", "&": "&&", "|": "||", "`": "'", "\u201c": '"', "\u201d": '"', "\u2019": "'"}
_BEGINNINGS = {
    "reserved identifier: ": "{} is a word of the language itself, and no name",
    "invalid int literal": "a number here is not a whole number of at most 63 bits",
    "invalid uint literal": "a number here is not a whole number of at most 64 bits",
    "invalid double literal": "a number here is too large",
    "invalid argument to has() macro": "has() takes a field, such as has(event.payload.id)",
    "argument must be a simple name": "the first thing in the brackets is a name for each item, such as x",
    "unsupported syntax": "{} cannot stand here",
}
"""What else the parser says, and what follows on it as {}."""

_NOT_ONE = "it cannot be read"


class NotAnExpressionError(ValueError):
    """Text that is not an expression; its message says why."""

    def __init__(self, problem: str, offset: int | None = None) -> None:
        super().__init__(problem)
        self.offset = offset
        """Of the character that is wrong, from 0; None where no one is."""


def mistake(text: str, message: str) -> NotAnExpressionError:
    """text: the expression; message: what the parser says of it."""
    if "Recursion limit" in message:
        return NotAnExpressionError("not an expression: it nests too deep")
    found = _SAID.search(message)
    if found is None:
        return NotAnExpressionError(f"not an expression: {_NOT_ONE}")
    # The parser counts letters from 1, and what is wrong at the end stands behind the last of them.
    line_begins = sum(map(len, text.splitlines(keepends=True)[: int(found[1]) - 1]))
    at = line_begins + int(found[2]) - 1
    return NotAnExpressionError(f"not an expression: {_problem(text, at, found[3])}", min(at, max(0, len(text) - 1)))


def _problem(text: str, offset: int, message: str) -> str:
    unreadable, missing, token = _UNREADABLE.search(message), _MISSING.search(message), _TOKEN.search(message)
    before = text[:offset].rstrip()
    if unreadable:
        return _of_sign(unreadable[1])
    if missing:
        return f"the bracket {missing[1]} is missing"
    if token is None:
        return _without_token(message)
    word = token[1]
    if word == "<EOF>":
        return f"something is missing behind {_last(before)}" if before else "it is empty"
    if word.startswith("."):
        return "a name is missing behind the dot"
    if word in _WORDS:
        return f"write {_WORDS[word]} for {word}"
    last = _last(before)
    if last in _WORDS:
        return f"write {_WORDS[last]} for {last}"
    return f"{word} cannot stand behind {last}" if before else f"it cannot begin with {word}"


def _without_token(message: str) -> str:
    if "Incomplete" in message:
        return "it is not complete"
    known = next((beginning for beginning in _BEGINNINGS if message.startswith(beginning)), None)
    return _NOT_ONE if known is None else _BEGINNINGS[known].format(message.removeprefix(known).strip(". '"))


def _of_sign(sign: str) -> str:
    if sign[:1] in ("'", '"'):
        return f"a text that begins with {sign[0]} does not end"
    if sign[1:2] in ("'", '"') and sign[0] in "rRbB":
        return f"a text that begins with {sign[1]} does not end"
    meant = _SIGNS.get(sign.strip()[:1])
    return f"write {meant} for {sign.strip()[:1]}" if meant else f"{sign.strip()[:1]} is not a sign of an expression"


def _last(before: str) -> str:
    found = re.search(r"[\w.]+$|[^\w\s]+$", before)
    return found.group() if found else before
