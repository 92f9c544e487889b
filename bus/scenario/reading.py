"""Read a scenario file: all its mistakes at once, each with its place, or a whole scenario; never half of one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from pydantic import ValidationError
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString, SingleQuotedScalarString

from bus.errors import Place, UserError, UserErrors
from bus.scenario import parameters
from bus.scenario import tree as yaml_tree
from bus.scenario.acts import ACTS
from bus.scenario.faults import FAULTS
from bus.scenario.included import IncludedFiles
from bus.scenario.joining import KEY as INCLUDE
from bus.scenario.joining import OF_A_FILE, Joint, Origins, joined
from bus.scenario.model import Expectation, Handler, Scenario
from bus.scenario.nearest import nearest
from bus.scenario.parsed import ParsedYaml, read
from bus.scenario.parser_words import NotAnExpressionError
from bus.scenario.parts import NO_VERB, ScenarioPart, fields_of
from bus.scenario.payload import schema_mistakes
from bus.scenario.references import undeclared
from bus.scenario.rules import RULES
from bus.scenario.steps import VERBS, MistakesInside

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


def scenario_of(text: str, file: str) -> Scenario:
    """The scenario of a text that includes nothing. Raises UserErrors that names every mistake."""
    return checked(joined(read(text, file), IncludedFiles(None)))


def checked(joint: Joint) -> Scenario:
    """The scenario that was read. Raises UserErrors that names every mistake."""
    values, own = joint.values, joint.own
    mistakes = list(joint.mistakes)
    try:
        values = parameters.filled(values)
    except ValueError as error:
        mistakes.append(UserError(str(error), at=place_in((parameters.SECTION,), joint)))
    if "buslens" not in values:
        mistakes.append(UserError("this is not a scenario: the key buslens is missing", at=Place(own.file, 1, 1),
                                  hint="a scenario starts with the line: buslens: 1"))  # fmt: skip
    scenario = None
    try:
        scenario = Scenario.model_validate(values)
    except ValidationError as error:
        mistakes += _mistakes(error, joint)
    except RecursionError:
        mistakes.append(UserError("nested too deep", at=Place(own.file, 1, 1)))
    for file in joint.included.values():
        mistakes += _mistakes_of_its_own(file)
    for location, problem, hint in islice(undeclared(values), MOST_MISTAKES):
        mistakes.append(UserError(problem, at=place_in(location, joint), hint=hint))
    if scenario is not None and not mistakes:
        return scenario
    raise UserErrors(_told(mistakes))


def _mistakes_of_its_own(file: ParsedYaml) -> list[UserError]:
    """What an included file says of itself, and where it is run: passed over here, and to be right all the same."""
    said = {key: value for key, value in file.values.items() if key in OF_A_FILE and key != INCLUDE}
    try:
        Scenario.model_validate({"buslens": 1, **said})
    except ValidationError as error:
        return _mistakes(error, Joint(file, {}, file.values, Origins(), ()))
    return []


def in_order(mistake: UserError) -> tuple[str, int, int]:
    """By file, and in the order of its lines."""
    return (mistake.at.file, mistake.at.line, mistake.at.column) if mistake.at else ("", 0, 0)


def _told(mistakes: list[UserError]) -> list[UserError]:
    """One a place, in the order of the file, and not too many."""
    unique: dict[str, UserError] = {}
    for mistake in mistakes:
        unique.setdefault(str(mistake.at), mistake)
    told = sorted(unique.values(), key=in_order)
    if len(told) > MOST_MISTAKES:
        rest = len(told) - MOST_MISTAKES
        told = [*told[:MOST_MISTAKES], UserError(f"and {rest} more mistakes", at=told[-1].at)]
    return told


def _mistakes(error: ValidationError, joint: Joint) -> list[UserError]:
    found: dict[Place, UserError] = {}
    for detail in error.errors(include_url=False, include_context=True)[: 5 * MOST_MISTAKES]:
        root, file, location = joint.at(detail["loc"])
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


def letter_in(path: Location, offset: int, joint: Joint) -> Place:
    """Where this letter of a text stands."""
    root, file, path = joint.at(path)
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


def place_in(path: Location, joint: Joint) -> Place:
    """Where a path of plain keys and numbers leads to, in whichever file that is."""
    root, file, there = joint.at(path)
    return place_at(there, root, file)


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
