"""Read a scenario file: all its mistakes at once, each with its place, or a whole scenario; never half of one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml.comments import CommentedMap

from bus.errors import Place, UserError, UserErrors
from bus.scenario import tree as yaml_tree
from bus.scenario.model import ACTS, Expectation, Handler, Scenario
from bus.scenario.steps import VERBS

BUILT_IN_EVENTS = ("error", "new_listener")
"""What pyee emits by itself: handlers may listen to them without their being declared."""

Location = tuple[Any, ...]


def read_text(path: Path) -> str:
    """A file's text. Raises UserError where it is missing, too large or not UTF-8."""
    try:
        with path.open("rb") as file:
            raw = file.read(yaml_tree.MAX_BYTES + 1)
    except OSError as error:
        raise UserError(f"cannot be read: {error.strerror or error}", at=Place(str(path))) from None
    if len(raw) > yaml_tree.MAX_BYTES:
        limit = yaml_tree.MAX_BYTES // 1024
        raise UserError(f"the file is larger than {limit} KiB, which no scenario needs", at=Place(str(path)))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        raise UserError("the file is not UTF-8 text", at=Place(str(path), line, column)) from None


def scenario_of(text: str, file: str) -> Scenario:
    """The scenario of a text. Raises UserErrors that names every mistake."""
    try:
        root = yaml_tree.parse(text, file)
    except UserError as error:
        raise UserErrors([error]) from None
    mistakes: list[UserError] = []
    values = yaml_tree.plain(root, file, mistakes, Place(file, 1, 1))
    if "buslens" not in values:
        mistakes.append(UserError("this is not a scenario: the key buslens is missing", at=Place(file, 1, 1),
                                  hint="a scenario starts with the line: buslens: 1"))  # fmt: skip
    try:
        scenario = Scenario.model_validate(values)
    except ValidationError as error:
        mistakes += _mistakes(error, root, file, known=bool(mistakes))
    else:
        mistakes += _check_references(scenario, root, file)
        if not mistakes:
            return scenario
    unique = {(str(mistake.at), mistake.problem): mistake for mistake in mistakes}
    raise UserErrors(sorted(unique.values(), key=lambda each: (each.at.line, each.at.column) if each.at else (0, 0)))


def _mistakes(error: ValidationError, root: CommentedMap, file: str, *, known: bool) -> list[UserError]:
    found: dict[Place, UserError] = {}
    for said in error.errors(include_url=False, include_context=True):
        location: Location = said["loc"]
        if said["type"] == "missing" and location == ("buslens",):
            continue
        place = place_of(location, root, file, on_key=said["type"] in ("extra_forbidden",) or "[key]" in location)
        mistake = _mistake(said, location, place)
        # Of a value that could be one of several types, the reason that says most is kept.
        if place not in found or (said["type"] == "value_error" and "expected" in mistake.problem):
            found[place] = mistake
    return list(found.values())


def _mistake(said: Any, location: Location, place: Place) -> UserError:
    key = str(location[-1])
    if said["type"] == "extra_forbidden":
        names = _keys_at(location)
        return UserError(f"unknown key {key}", at=place, hint=nearest(key, names) or f"known here: {', '.join(names)}")
    if said["type"] == "missing":
        return UserError(f"the key {key} is missing here", at=place)
    if said["type"] == "literal_error":
        expected = said["ctx"]["expected"].replace("'", "")
        hint = nearest(str(said["input"]), expected.replace(" or ", ", ").split(", "))
        return UserError(f"expected {expected}, found {_shown(said['input'])}", at=place, hint=hint)
    if said["type"] == "step":
        tried = next(iter(said["input"]), "") if isinstance(said["input"], dict) else ""
        verbs = list(ACTS if location[0] == "script" else VERBS)
        return UserError(f"{said['msg']}; found {_shown(said['input'])}", at=place, hint=nearest(str(tried), verbs))
    message = said["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    if not message.startswith(("expected", "not ", "the ", "$ref")):
        message = f"expected {message}"
    found = "" if said["type"] == "value_error" and not message.startswith("expected") else _shown(said["input"])
    return UserError(f"{message}{f', found {found}' if found else ''}", at=place)


def place_of(location: Location, root: Any, file: str, *, on_key: bool = False) -> Place:
    """Where a location of pydantic stands in the file; parts that only name a type are passed over."""
    node, place = root, Place(file, 1, 1)
    steps = bool(location) and location[0] in ("handlers", "script")
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
    return place


def _check_references(scenario: Scenario, root: CommentedMap, file: str) -> list[UserError]:
    """Names that nothing declares."""
    events = list(scenario.events)
    mistakes: list[UserError] = []

    def check(name: str, location: Location) -> None:
        if name not in scenario.events:
            at = place_of(location, root, file)
            mistakes.append(UserError(f"no event {name}", at=at, hint=nearest(name, events) or "declare it in events"))

    for name, handler in scenario.handlers.items():
        _check_patterns(handler, ("handlers", name, "on"), events, root, file, mistakes)
        for location, event in _emits(root["handlers"][name].get("do") or [], ("handlers", name, "do"), "once"):
            check(event, location)
    for location, event in _emits(root.get("script") or [], ("script",), "do"):
        check(event, location)
    for index, expected in enumerate(scenario.expect):
        _check_expectation(expected, index, scenario, root, file, mistakes)
    return mistakes


def _check_patterns(
    handler: Handler, location: Location, events: list[str], root: CommentedMap, file: str, mistakes: list[UserError]
) -> None:
    for index, pattern in enumerate(handler.patterns):
        where = location if isinstance(handler.on, str) else (*location, index)
        alone = Handler(on=pattern)
        if pattern not in BUILT_IN_EVENTS and not any(alone.hears(event) for event in events):
            what = "no event matches" if "*" in pattern else "no event"
            hint = nearest(pattern, events) or "declare it in events"
            mistakes.append(UserError(f"{what} {pattern}", at=place_of(where, root, file), hint=hint))


def _check_expectation(
    expected: Expectation, index: int, scenario: Scenario, root: CommentedMap, file: str, mistakes: list[UserError]
) -> None:
    if expected.handler is not None and expected.handler not in scenario.handlers:
        hint = nearest(expected.handler, list(scenario.handlers))
        at = place_of(("expect", index, "handler"), root, file)
        mistakes.append(UserError(f"no handler {expected.handler}", at=at, hint=hint))
    if expected.event is not None and not any(Handler(on=expected.event).hears(event) for event in scenario.events):
        hint = nearest(expected.event, list(scenario.events))
        at = place_of(("expect", index, "event"), root, file)
        mistakes.append(UserError(f"no event {expected.event}", at=at, hint=hint))


def _emits(steps: Any, location: Location, inner: str) -> Iterable[tuple[Location, str]]:
    for index, step in enumerate(steps):
        if "emit" in step:
            yield (*location, index, "emit"), str(step["emit"])
        if inner in step:
            yield from _emits(step[inner], (*location, index, inner), inner)


def _keys_at(location: Location) -> list[str]:
    """Which keys the model knows where an unknown one was found."""
    model = _model_at(location)
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_at(location: Location) -> Any:
    if len(location) >= 4 and location[-2] == "fail":
        return VERBS["fail"].model_fields["fail"].annotation
    if len(location) == 1:
        return Scenario
    if location[0] == "handlers":
        return VERBS.get(str(location[-2]), Handler) if len(location) > 3 else Handler
    if location[0] == "script":
        return ACTS.get(str(location[-2]), Scenario)
    field = Scenario.model_fields[str(location[0])].annotation
    return getattr(field, "__args__", (Scenario,))[-1]


def nearest(word: str, known: Iterable[str]) -> str:
    """ "did you mean …?", or nothing where no known word is near."""
    found = difflib.get_close_matches(word[:200], list(known), 1, 0.6)
    return f"did you mean {found[0]}?" if found else ""


def _shown(value: Any) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:60]}…"
