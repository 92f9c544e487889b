"""Which fields each kind of step has in the forms, and how a field reads and writes its piece of a step. No Qt."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from bus.scenario.parts import PartField, Says, ScenarioPart, VerbPart, Verbs, fields_of, verb_of
from bus.wording import several

Step = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that can be said in a step."""

    path: tuple[str, ...]
    """Keys from the step to the value."""

    title: str
    kind: str = "text"
    """text, number, flag, event (or another name to choose), names (one or more), choice, json, or code."""

    hint: str = ""
    """What an empty field shows: short enough for a narrow panel."""

    needed: bool = False
    """Whether the key stays even where the field is empty."""

    help: str = ""
    """What stands below the field: what may be written there."""

    choices: tuple[str, ...] = ()
    """Of a choice: all that there is, the first being what counts where nothing is said."""


def fields_of_step(kind: type[ScenarioPart], path: tuple[str, ...] = ()) -> tuple[Field, ...]:
    """The form of a step: a field for all that its class says may be written, its options included."""
    fields: list[Field] = []
    verb = kind.verb() if issubclass(kind, VerbPart) else ""
    for each in sorted(fields_of(kind), key=lambda field: field.key != verb):  # what it is comes first
        here = (*path, each.key)
        if each.options is not None:
            fields += fields_of_step(each.options, here)
        else:
            title = each.asked.title or each.key
            fields.append(Field(here, title, _kind_of(each), each.asked.hint, each.is_needed, each.asked.help))
    return tuple(fields)


def _kind_of(field: PartField) -> str:
    if list in field.types and field.says in (Says.PATTERN, Says.HANDLER):
        return "names"
    if field.says is Says.VALUE or field.holds_steps:
        return "json"
    if field.says in (Says.EVENT, Says.CODE):
        return field.says.name.lower()
    if bool in field.types:
        return "flag"
    return "number" if field.types & {int, float} else "text"


def value_at(step: Step, path: tuple[str, ...]) -> Any:
    """What a step says there, None for nothing."""
    value: Any = step
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def number(text: str) -> Any:
    """What was written, as a number where it is one; None for nothing."""
    text = text.strip()
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text or None


def summary(step: Step, verbs: Verbs) -> str:
    """A step in one line: the verb's value, and what stands beside it."""
    verb = verb_of(step, verbs) or ""
    beside = [f"{key}: {_short(value)}" for key, value in step.items() if key != verb]
    return "   ".join([f"{verb}  {_short(step.get(verb))}", *beside])


def _short(value: Any) -> str:
    if isinstance(value, dict):
        text = ", ".join(f"{key}: {_short(each)}" for key, each in value.items())
    elif isinstance(value, list):
        names = bool(value) and all(isinstance(each, str) for each in value)
        text = written(value) if names else several(len(value), "step")
    else:
        text = value if isinstance(value, str) else json.dumps(value)
    text = " ".join(text.split())
    return text if len(text) <= 80 else f"{text[:79]}…"


def written(names: Any) -> str:
    """Names as a field shows them: one, or several with commas."""
    return ", ".join(str(each) for each in names) if isinstance(names, list) else str(names or "")


def read_names(text: str) -> str | list[str]:
    """Names as the file says them: a text, or a list where there are several."""
    names = [each.strip() for each in text.split(",") if each.strip()]
    return names[0] if len(names) == 1 else names
