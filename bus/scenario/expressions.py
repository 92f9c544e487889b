"""Expressions in scenarios: CEL, one safe language for conditions and payloads.

In a payload a text that starts with `$` is an expression (`$event.payload.id`), and `${...}` inside a text is
replaced by its value; `$$` is a plain dollar sign. Variables: event (name, payload; absent in the script), count (in a
handler its calls so far, in the script the emits of this step so far, both from 1), counters (by `count` steps).
https://github.com/google/cel-spec
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from functools import lru_cache
from typing import Any

from bus.scenario import failed_words, parser_words
from bus.scenario.cel_library import cel
from bus.scenario.parser_words import NotAnExpressionError
from bus.trace.payload_fields import Missing

Variables = Mapping[str, Any]
Evaluator = Callable[[Variables], Any]


class Walk(Enum):
    """How an expression walks through lists with `map`, `filter`, `all` or `exists`: how its time grows with them.

    CEL copies what it asks for each time: a value of `event`, or the list that it makes. The number says how often the
    length of a list counts, beside all values that there are.
    """

    ONCE = 0
    AGAIN = 1
    """All that there is, for each value of a list."""

    NESTED = 2
    """And again for each value of a list inside of it."""


LONGEST = 4_000
"""Characters of one expression; longer ones are no mistake of a person but an attack on the parser."""

DEEPEST = 40
"""Brackets inside brackets, for the same reason."""

MOST_MACROS = 2
"""map, filter, all, exists in one expression: nested ones multiply, and nothing can stop CEL once it runs."""

MOST_COPIED = 10_000_000
"""Values that one expression may copy on its walks: about a second, and nothing can stop CEL before."""

_FIELD = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*", re.ASCII)
_LEAST = -(1 << 63)
_MACRO = re.compile(r"\.\s*(map|filter|all|exists(?:_one|One)?)\s*\(")
_KNOWN = re.compile(r"(?<![\w.])(?:event|reply|counters)\b")
"""What may hold many values, where an expression names it."""

_SILENT = re.compile(
    r"""//[^\n]*
    | [bB]?[rR][bB]?(?: '{3}.*?'{3} | "{3}.*?"{3} | '[^'\n\r]*' | "[^"\n\r]*" )
    | '{3}(?:\\.|[^\\])*?'{3} | "{3}(?:\\.|[^\\])*?"{3} | '(?:\\.|[^'\\\n\r])*' | "(?:\\.|[^"\\\n\r])*"
    """,
    re.DOTALL | re.VERBOSE,
)
"""Comments and texts in quotes, in which nothing of what is looked for counts."""

_BEGINS = "a text that begins with $ is an expression: write $$ for a plain dollar sign"
_INSIDE = re.compile(r"\$\{([^{}]*)\}")


@lru_cache(1024)  # a scenario is run again and again
def compile_expression(text: str) -> Evaluator:
    """An expression, ready to be evaluated many times. Raises ValueError with a sentence where it is wrong."""
    if len(text) > LONGEST:
        raise ValueError(f"the expression has {len(text)} characters, at most {LONGEST} are allowed")
    if _depth(text) > DEEPEST:
        raise ValueError(f"the expression nests deeper than {DEEPEST} brackets")
    code = _SILENT.sub(" ", text)
    if len(_MACRO.findall(code)) > MOST_MACROS:
        raise ValueError(f"the expression walks through lists more than {MOST_MACROS} times")
    if not text.strip():
        raise ValueError("expected an expression such as event.payload.id, found nothing")
    walk = _walk_of(code)
    written = text.count(",") + 1  # as long may a list be that stands in the expression
    if _are_many(walk, written, written):
        raise ValueError(f"the expression is wrong: {_too_many(walk, written, written)}")
    try:
        program = cel.compile(text)
    except ValueError as error:
        raise parser_words.mistake(text, str(error)) from None

    steps = text.split(".") if _FIELD.fullmatch(text) else []

    def evaluate(variables: Variables) -> Any:
        value = _field(variables, steps)
        if value is not Missing:
            return value
        if walk is not Walk.ONCE:
            total, longest = _extent(variables)
            if _are_many(walk, total + written, max(longest, written)):
                raise ExpressionError(f"{text}: {_too_many(walk, total, longest)}")
        try:
            return _in_order(program.execute(dict(variables)))
        except Exception as error:
            raise ExpressionError(f"{text}: {failed_words.why(error, variables, program.functions)}") from None

    return evaluate


def _field(value: Any, steps: list[str]) -> Any:
    """A plain value that stands in variables at these names; Missing where CEL has to look.

    Most expressions name a field and nothing else, and CEL would translate all variables for that.
    """
    for step in steps:
        if not isinstance(value, dict) or step not in value:
            return Missing
        value = value[step]
    kind = type(value)
    is_plain = kind is bool or (kind is int and _LEAST <= value < -_LEAST) or (kind is str and value.isascii())
    return value if is_plain and steps else Missing


def _walk_of(code: str) -> Walk:
    """How often it reads what it walks through. code: without `_SILENT`."""
    found = Walk.ONCE
    for macro in _MACRO.finditer(code):
        body = _inside(code, macro.end())
        if _MACRO.search(body):
            return Walk.NESTED
        if macro[1] in ("map", "filter") or _KNOWN.search(body):
            found = Walk.AGAIN
    return found


def _inside(code: str, begins: int) -> str:
    """What stands between a bracket that opens before this character and the one that closes it."""
    depth = 1
    for place in range(begins, len(code)):
        depth += (code[place] in "([{") - (code[place] in ")]}")
        if depth == 0:
            return code[begins:place]
    return code[begins:]


def _are_many(walk: Walk, total: int, longest: int) -> bool:
    return walk is not Walk.ONCE and total * longest**walk.value > MOST_COPIED


def _too_many(walk: Walk, total: int, longest: int) -> str:
    what = "walks through one list inside of another"
    if walk is Walk.AGAIN:
        what = "reads all that there is again for each value of a list"
    return f"it {what}, and that is too much of {total} values, {longest} of them in one list"


def _extent(value: Any) -> tuple[int, int]:
    """How many values there are inside of this, and how many in the longest list or mapping; as far as it matters."""
    left, total, longest = [value], 0, 0
    while left and total <= MOST_COPIED:
        each = left.pop()
        total += 1
        if isinstance(each, list | Mapping):
            longest = max(longest, len(each))
            left.extend(each.values() if isinstance(each, Mapping) else each)
    return total, longest


def _in_order(value: Any) -> Any:
    """The keys of mappings sorted: CEL has no order, and its library gives them in another one each time."""
    if isinstance(value, dict):
        return {key: _in_order(value[key]) for key in sorted(value, key=str)}
    return [_in_order(each) for each in value] if isinstance(value, list) else value


def compile_condition(text: str) -> Callable[[Variables], bool]:
    """An expression that must say true or false."""
    evaluate = compile_expression(text)

    def check(variables: Variables) -> bool:
        value = evaluate(variables)
        if not isinstance(value, bool):
            raise ExpressionError(f"{text}: expected true or false, found {spell(value)}")
        return value

    return check


def compile_value(value: Any) -> Evaluator:
    """A payload with expressions in it. Raises ValueError where one of them is wrong."""
    if isinstance(value, str):
        return _compile_text(value)
    if isinstance(value, Mapping):
        fields = {str(key): compile_value(each) for key, each in value.items()}
        return lambda variables: {key: each(variables) for key, each in fields.items()}
    if isinstance(value, list):
        items = [compile_value(each) for each in value]
        return lambda variables: [each(variables) for each in items]
    return lambda variables: value


def mistakes_in(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], ValueError]]:
    """Where in a payload an expression is wrong, and why."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from mistakes_in(each, (*path, str(key)))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from mistakes_in(each, (*path, index))
    else:
        try:
            compile_value(value)
        except ValueError as error:
            yield path, error


class ExpressionError(Exception):
    """An expression that could not be evaluated with this event: the call that asked fails with it."""


def _compile_text(text: str) -> Evaluator:
    if text.startswith("$$"):
        plain = text[1:]
        return lambda variables: plain
    if text.startswith("$") and not text.startswith("${"):
        return _compile_part(text[1:], 1, _BEGINS)
    if "${" not in text:
        return lambda variables: text
    parts = _INSIDE.split(text)
    places = [found.start(1) for found in _INSIDE.finditer(text)]
    compiled = [_compile_part(part, at) for part, at in zip(parts[1::2], places, strict=True)]

    def fill(variables: Variables) -> str:
        texts = [spell(each(variables)) for each in compiled]
        return "".join(plain + value for plain, value in zip(parts[::2], [*texts, ""], strict=True))

    return fill


def _compile_part(text: str, starts: int, hint: str = "") -> Evaluator:
    """An expression that begins at this character of a text."""
    try:
        return compile_expression(text)
    except NotAnExpressionError as error:
        problem = f"{error}; {hint}" if hint else str(error)
        raise NotAnExpressionError(problem, None if error.offset is None else starts + error.offset) from None
    except ValueError as error:
        raise ValueError(f"{error}; {hint}" if hint else str(error)) from None


def spell(value: Any) -> str:
    """A value inside a text: texts as they are, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _depth(text: str) -> int:
    depth = deepest = 0
    for character in text:
        if character in "([{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in ")]}":
            depth -= 1
    return deepest
