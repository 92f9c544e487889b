"""Read a scenario file: all its mistakes at once, each with its place, or a whole scenario; never half of one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString, SingleQuotedScalarString

from bus.errors import Place, UserError, UserErrors
from bus.scenario import parameters
from bus.scenario import tree as yaml_tree
from bus.scenario.acts import ACTS
from bus.scenario.faults import FAULTS
from bus.scenario.model import Expectation, Handler, Scenario
from bus.scenario.nearest import nearest
from bus.scenario.parser_words import NotAnExpressionError
from bus.scenario.parts import NO_VERB, ScenarioPart, fields_of
from bus.scenario.payload import schema_mistakes
from bus.scenario.references import undeclared
from bus.scenario.rules import RULES
from bus.scenario.steps import VERBS, MistakesInside
from bus.system_errors import cannot_read
from buslens.wire import MAGIC

MOST_MISTAKES = 100
"""Mistakes that are told; a file with more is not what it was taken for."""

Location = tuple[Any, ...]
_KINDS: dict[str, Mapping[str, type[ScenarioPart]]] = {
    "handlers": VERBS,
    "script": ACTS,
    "faults": FAULTS,
    "expect": {**RULES, NO_VERB: Expectation},
}
"""Kinds of parts that stand in lists, by the section of the file and their verb."""

_WORDS = {
    "string_type": "expected a text",
    "string_unicode": "expected a text without lone surrogates",
    "int_type": "expected a whole number",
    "float_type": "expected a number",
    "bool_type": "expected true or false",
    "dict_type": "expected a mapping",
    "model_type": "expected a mapping",
    "list_type": "expected a list",
    "greater_than_equal": "expected at least {ge}",
    "less_than_equal": "expected at most {le}",
    "less_than": "expected less than {lt}",
    "too_short": "expected at least {min_length}",
    "too_long": "expected at most {max_length}",
    "string_too_long": "expected at most {max_length} characters",
}
"""What pydantic says, in words for people."""


def read_text(path: Path) -> str:
    """A file's text. Raises UserError where it is missing, a capture, too large or not UTF-8."""
    try:
        with path.open("rb") as file:
            raw = file.read(yaml_tree.MAX_BYTES + 1)
    except OSError as error:
        raise cannot_read(path, error) from None
    if raw.startswith(MAGIC):
        hint = "a scenario is a text that begins with buslens: 1"
        raise UserError("this is a capture, and a scenario is asked for", at=Place(str(path)), hint=hint)
    if len(raw) > yaml_tree.MAX_BYTES:
        limit = yaml_tree.MAX_BYTES // 1024
        raise UserError(f"the file is larger than {limit} KiB, which no scenario needs", at=Place(str(path)))
    return text_of(raw, path)


def text_of(raw: bytes, path: Path) -> str:
    """What a file holds, as text. Raises UserError with the place of what is not UTF-8."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        raise UserError("the file is not UTF-8 text", at=Place(str(path), line, column)) from None


@dataclass(frozen=True, slots=True)
class ParsedYaml:
    """A text that is YAML; whether it is a scenario is not decided yet."""

    root: CommentedMap
    values: dict[str, Any]
    """What it says, as plain JSON values. Not to be changed."""

    file: str
    mistakes: tuple[UserError, ...]
    """What YAML can say and JSON cannot."""


def read(text: str, file: str) -> ParsedYaml:
    """Read a text as YAML. Raises UserErrors where it is none."""
    try:
        root = yaml_tree.parse(text, file)
    except UserError as error:
        raise UserErrors([error]) from None
    mistakes: list[UserError] = []
    values = yaml_tree.plain(root, file, mistakes, Place(file, 1, 1))
    return ParsedYaml(root, values, file, tuple(mistakes))


def scenario_of(text: str, file: str) -> Scenario:
    """The scenario of a text. Raises UserErrors that names every mistake."""
    return checked(read(text, file))


def checked(reading: ParsedYaml) -> Scenario:
    """The scenario that was read. Raises UserErrors that names every mistake."""
    root, values, file = reading.root, reading.values, reading.file
    mistakes = list(reading.mistakes)
    try:
        values = parameters.filled(values)
    except ValueError as error:
        mistakes.append(UserError(str(error), at=place_at((parameters.SECTION,), root, file)))
    if "buslens" not in values:
        mistakes.append(UserError("this is not a scenario: the key buslens is missing", at=Place(file, 1, 1),
                                  hint="a scenario starts with the line: buslens: 1"))  # fmt: skip
    scenario = None
    try:
        scenario = Scenario.model_validate(values)
    except ValidationError as error:
        mistakes += _mistakes(error, root, file)
    except RecursionError:
        mistakes.append(UserError("nested too deep", at=Place(file, 1, 1)))
    for location, problem, hint in islice(undeclared(values), MOST_MISTAKES):
        mistakes.append(UserError(problem, at=place_at(location, root, file), hint=hint))
    if scenario is not None and not mistakes:
        return scenario
    raise UserErrors(_told(mistakes))


def _told(mistakes: list[UserError]) -> list[UserError]:
    """One a place, in the order of the file, and not too many."""
    unique: dict[str, UserError] = {}
    for mistake in mistakes:
        unique.setdefault(str(mistake.at), mistake)
    told = sorted(unique.values(), key=lambda each: (each.at.line, each.at.column) if each.at else (0, 0))
    if len(told) > MOST_MISTAKES:
        rest = len(told) - MOST_MISTAKES
        told = [*told[:MOST_MISTAKES], UserError(f"and {rest} more mistakes", at=told[-1].at)]
    return told


def _mistakes(error: ValidationError, root: CommentedMap, file: str) -> list[UserError]:
    found: dict[Place, UserError] = {}
    for detail in error.errors(include_url=False, include_context=True)[: 5 * MOST_MISTAKES]:
        location: Location = detail["loc"]
        if detail["type"] == "missing" and location == ("buslens",):
            continue
        place = place_of(location, root, file, on_key=detail["type"] in ("extra_forbidden",) or "[key]" in location)
        inner = list(islice(_inner(detail), MOST_MISTAKES))
        if inner:
            for path, problem in inner:
                at = _of_letter(problem, *_reached(location, root, file, path))
                found[at] = UserError(str(problem), at=at)
            continue
        place = _of_letter(detail.get("ctx", {}).get("error"), _find(location, root, file, False)[0], place)
        mistake = _mistake(detail, location, place)
        # Of a value that could be one of several types, the reason that says most is kept.
        if place not in found or (detail["type"] == "value_error" and "expected" in mistake.problem):
            found[place] = mistake
    return list(found.values())


def _mistake(detail: Any, location: Location, place: Place) -> UserError:
    key = str(location[-1])
    if detail["type"] == "extra_forbidden":
        names = _keys_at(location)
        near = nearest(key, [*names, *(RULES if NO_VERB in location else ())])
        return UserError(f"unknown key {key}", at=place, hint=near or f"known here: {', '.join(names)}")
    if detail["type"] == "missing":
        return UserError(f"the key {key} is missing here", at=place)
    if detail["type"] == "literal_error":
        expected = detail["ctx"]["expected"].replace("'", "")
        hint = nearest(str(detail["input"]), expected.replace(" or ", ", ").split(", "))
        return UserError(f"expected {expected}, found {_shown(detail['input'])}", at=place, hint=hint)
    if detail["type"] == "step":
        tried = next(iter(detail["input"]), "") if isinstance(detail["input"], dict) else ""
        return UserError(
            f"{detail['msg']}; found {_shown(detail['input'])}", at=place, hint=nearest(str(tried), _KINDS[location[0]])
        )
    message = detail["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    if detail["type"] in _WORDS:
        message = _WORDS[detail["type"]].format(**detail.get("ctx", {}))
    elif not message.startswith(("expected", "not ", "the ", "$ref")):
        message = f"expected {message}"
    # A whole step is not shown again; a list where a text belongs is.
    tells = not message.startswith("expected") or (
        detail["type"] == "value_error" and isinstance(detail["input"], dict)
    )
    return UserError(message if tells else f"{message}, found {_shown(detail['input'])}", at=place)


def _inner(detail: Any) -> Iterator[tuple[Location, str | ValueError]]:
    """Mistakes that stand deeper than pydantic looks: inside payloads and schemas."""
    if detail["type"] == "value_error" and detail["loc"][-1] == "schema":
        yield from schema_mistakes(detail["input"])
    elif detail["type"] == "value_error" and isinstance(detail["ctx"]["error"], MistakesInside):
        yield from detail["ctx"]["error"].found


def letter_at(path: Location, offset: int, root: Any, file: str) -> Place:
    """Where this letter of a text stands."""
    node, place = _inside(root, path, file, Place(file, 1, 1))
    return _shifted(offset, node, place) if offset else place


def _of_letter(problem: Any, node: Any, place: Place) -> Place:
    """The letter of an expression that a mistake is about."""
    offset = problem.offset if isinstance(problem, NotAnExpressionError) else None
    return _shifted(offset, node, place)


def _shifted(offset: int | None, node: Any, place: Place) -> Place:
    """The letter of a text, where that stands as it is on one line."""
    if offset is None or not isinstance(node, str) or "\n" in node or isinstance(node, LiteralScalarString):
        return place
    quoted = isinstance(node, SingleQuotedScalarString | DoubleQuotedScalarString)
    escapes = "'" if isinstance(node, SingleQuotedScalarString) else "\\"
    plain = "".join(node[:offset]).isprintable() and escapes not in node[:offset]
    return Place(place.file, place.line, place.column + offset + quoted) if plain or not quoted else place


def place_at(path: Location, root: Any, file: str) -> Place:
    """Where a path of plain keys and numbers leads to."""
    return _inside(root, path, file, Place(file, 1, 1))[1]


def _reached(location: Location, root: Any, file: str, inside: Location) -> tuple[Any, Place]:
    node, place = _find(location, root, file, False)
    return _inside(node, inside, file, place)


def _inside(node: Any, path: Location, file: str, place: Place) -> tuple[Any, Place]:
    for part in path:
        if isinstance(node, CommentedMap) and part in node:
            place, node = yaml_tree.value_place(node, part, file), node[part]
        elif isinstance(node, list) and isinstance(part, int) and part < len(node):
            place, node = yaml_tree.item_place(node, part, file), node[part]
    return node, place


def place_of(location: Location, root: Any, file: str, *, on_key: bool = False, inside: Location = ()) -> Place:
    """Where a location of pydantic stands in the file; parts that only name a type are passed over."""
    node, place = _find(location, root, file, on_key)
    return _inside(node, inside, file, place)[1]


def _find(location: Location, root: Any, file: str, on_key: bool) -> tuple[Any, Place]:
    node, place = root, Place(file, 1, 1)
    steps = bool(location) and location[0] in _KINDS
    for index, part in enumerate(location):
        if steps and index and isinstance(location[index - 1], int) and part != "[key]" and not isinstance(part, int):
            if index < len(location) - 1 or part not in node:
                continue  # behind a step's number comes its verb as a type
        if isinstance(node, CommentedMap) and part in node:
            rest = [each for each in location[index + 1 :] if each != "[key]"]
            is_last = not rest
            place = (yaml_tree.key_place if on_key and is_last else yaml_tree.value_place)(node, part, file)
            node = node[part]
        elif isinstance(node, list) and isinstance(part, int) and part < len(node):
            place = yaml_tree.item_place(node, part, file)
            node = node[part]
    return node, place


def _keys_at(location: Location) -> list[str]:
    """Which keys the model knows where an unknown one was found."""
    model = _model_at(location)
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_at(location: Location) -> Any:
    if len(location) == 1:
        return Scenario
    if location[0] in _KINDS:
        return _step_at(location, _KINDS[location[0]])
    field = Scenario.model_fields[str(location[0])].annotation
    return _part_at(getattr(field, "__args__", (Scenario,))[-1], location[2:-1])


def _step_at(location: Location, verbs: Mapping[str, type[ScenarioPart]]) -> Any:
    """The model of the innermost step, or of its options; behind a step's number comes its verb, then its keys."""
    numbers = [at for at, part in enumerate(location) if isinstance(part, int)]
    if not numbers:
        return _part_at(Handler, location[2:-1])
    verb, *keys = location[numbers[-1] + 1 : -1]
    return _part_at(verbs[verb], keys)


def _part_at(model: type[ScenarioPart], keys: Sequence[Any]) -> type[ScenarioPart]:
    """The model of what stands behind these keys, such as `retry` of a handler."""
    for key in keys:
        model = next((each.options for each in fields_of(model) if each.key == key and each.options), model)
    return model


def _shown(value: Any) -> str:
    text = repr(value[:100]) if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:60]}…"
