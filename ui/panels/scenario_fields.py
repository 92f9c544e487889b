"""Which fields each verb has in the forms, and how a field reads and writes its piece of a step. No Qt."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Step = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that can be said in a step."""

    path: tuple[str, ...]
    """Keys from the step to the value."""

    title: str
    kind: str = "text"
    """text, number, flag, event (or another name to choose), json, or code."""

    hint: str = ""
    """What an empty field shows."""

    needed: bool = False
    """Whether the key stays even where the field is empty."""


IF = Field(("if",), "if", hint="always; or event.payload.total > 100")
WITH = Field(("with",), "with", "json", 'payload as JSON, such as {"id": "$event.payload.id"}')
DURATION = "20ms, 20ms +- 5ms, 10ms..20ms, exponential 20ms, forever"

HANDLER_FIELDS: Mapping[str, tuple[Field, ...]] = {
    "log": (Field(("log",), "text", hint="hello ${event.payload.name}", needed=True),),
    "wait": (
        Field(("wait",), "time", hint=DURATION, needed=True),
        Field(("block",), "block the whole bus meanwhile", "flag"),
    ),
    "fail": (
        Field(("fail", "error"), "error", hint="HandlerFailed"),
        Field(("fail", "message"), "message"),
        Field(("fail", "probability"), "probability", "number", "always; or 0.1"),
        Field(("fail", "every"), "every nth call", "number", "every call; or 3"),
        Field(("fail", "if"), "if", hint=IF.hint),
    ),
    "crash": (
        Field(("crash", "every"), "every nth call", "number", "every call; or 3"),
        Field(("crash", "if"), "if", hint=IF.hint),
    ),
    "emit": (
        Field(("emit",), "event", "event", needed=True),
        WITH,
        IF,
        Field(("times",), "times", "number", "1"),
    ),
    "transform": (Field(("transform",), "payload", "json", "the payload that the next steps see", True),),
    "count": (Field(("count",), "counter", hint="a name, such as uploads", needed=True),),
    "once": (Field(("once",), "steps", "json", '[{"log": "the first call"}]', True),),
    "python": (Field(("python",), "code", "code", 'emit("order.paid", event.payload)', True),),
}
"""Of a handler's steps."""

SCRIPT_FIELDS: Mapping[str, tuple[Field, ...]] = {
    "emit": (
        Field(("emit",), "event", "event", needed=True),
        WITH,
        Field(("times",), "times", "number", "1"),
        Field(("every",), "every", hint=DURATION),
        Field(("at",), "at", hint="beside the other steps: a time from the start, such as 1s"),
        IF,
    ),
    "wait": (Field(("wait",), "time", hint=DURATION, needed=True),),
    "mark": (Field(("mark",), "note", hint="stands on the timeline", needed=True),),
    "repeat": (
        Field(("repeat",), "times", "number", needed=True),
        Field(("do",), "steps", "json", '[{"emit": "order.placed"}, {"wait": "1s"}]', True),
    ),
}
"""Of the script's steps."""

FRESH: Mapping[str, Callable[[str], Step]] = {
    "log": lambda event: {"log": "${event.name}"},
    "wait": lambda event: {"wait": "20ms"},
    "fail": lambda event: {"fail": {"error": "HandlerFailed"}},
    "crash": lambda event: {"crash": {"every": 3}},
    "emit": lambda event: {"emit": event},
    "transform": lambda event: {"transform": "$event.payload"},
    "count": lambda event: {"count": "calls"},
    "once": lambda event: {"once": [{"log": "the first call"}]},
    "python": lambda event: {"python": "log(event.name)"},
    "mark": lambda event: {"mark": "here"},
    "repeat": lambda event: {"repeat": 2, "do": [{"emit": event}]},
}
"""What a new step says, given the name of some event."""


def verb_of(step: Step, fields: Mapping[str, tuple[Field, ...]]) -> str:
    """Which verb a step is, "" for none."""
    return next((verb for verb in fields if verb in step), "")


def value_at(step: Step, path: tuple[str, ...]) -> Any:
    """What a step says there, None for nothing."""
    value: Any = step
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def with_value(step: Step, field: Field, value: Any) -> Step:
    """The step saying something else there; None takes the key away."""
    changed = copy.deepcopy(step)
    holder = changed
    for key in field.path[:-1]:
        if not isinstance(holder.get(key), dict):
            holder[key] = {}
        holder = holder[key]
    if value is None and not field.needed:
        holder.pop(field.path[-1], None)
    else:
        holder[field.path[-1]] = value if value is not None else ""
    return changed


def number(text: str) -> Any:
    """What was written, as a number where it is one; None for nothing."""
    text = text.strip()
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text or None


def summary(step: Step, fields: Mapping[str, tuple[Field, ...]]) -> str:
    """A step in one line: the verb's value, and what stands beside it."""
    verb = verb_of(step, fields)
    beside = [f"{key}: {_short(value)}" for key, value in step.items() if key != verb]
    return "   ".join([f"{verb}  {_short(step.get(verb))}", *beside])


def _short(value: Any) -> str:
    if isinstance(value, dict):
        text = ", ".join(f"{key}: {_short(each)}" for key, each in value.items())
    elif isinstance(value, list):
        text = f"{len(value)} steps" if len(value) != 1 else "1 step"
    else:
        text = value if isinstance(value, str) else json.dumps(value)
    text = " ".join(text.split())
    return text if len(text) <= 80 else f"{text[:79]}…"
