"""Which fields each verb has in the forms, and how a field reads and writes its piece of a step. No Qt."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bus.wording import several

Step = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that can be said in a step."""

    path: tuple[str, ...]
    """Keys from the step to the value."""

    title: str
    kind: str = "text"
    """text, number, flag, event (or another name to choose), choice, json, or code."""

    hint: str = ""
    """What an empty field shows: short enough for a narrow panel."""

    needed: bool = False
    """Whether the key stays even where the field is empty."""

    help: str = ""
    """What stands below the field: what may be written there."""

    choices: tuple[str, ...] = ()
    """Of a choice: all that there is, the first being what counts where nothing is said."""


IF = Field(("if",), "if", hint="always", help="A condition, such as event.payload.total > 100")
WITH = Field(("with",), "with", "json", 'payload as JSON, such as {"id": "$event.payload.id"}; empty: the sample')
SCRIPT_IF = Field(("if",), "if", hint="always", help="A condition, such as count > 3: count is the number of the emit")
SCRIPT_WITH = Field(("with",), "with", "json", 'payload as JSON, such as {"id": "$count"}; empty: the sample')
TIMES = "20ms · 20ms +- 5ms · 10ms..20ms · exponential 20ms · forever"

HANDLER_FIELDS: Mapping[str, tuple[Field, ...]] = {
    "log": (Field(("log",), "text", needed=True, help="What it writes, such as hello ${event.payload.name}"),),
    "wait": (
        Field(("wait",), "time", hint="20ms", needed=True, help=TIMES),
        Field(("block",), "block the bus", "flag", help="All others wait meanwhile, as with time.sleep"),
    ),
    "fail": (
        Field(("fail", "error"), "error", hint="HandlerFailed"),
        Field(("fail", "message"), "message", hint="none"),
        Field(("fail", "probability"), "probability", "number", "always", help="From 0 to 1, such as 0.1"),
        Field(("fail", "every"), "every nth call", "number", "every call"),
        Field(("fail", "if"), "if", hint=IF.hint, help=IF.help),
    ),
    "crash": (
        Field(("crash", "every"), "every nth call", "number", "every call"),
        Field(("crash", "if"), "if", hint=IF.hint, help=IF.help),
    ),
    "emit": (
        Field(("emit",), "event", "event", needed=True),
        WITH,
        IF,
        Field(("times",), "times", "number", "1"),
    ),
    "transform": (Field(("transform",), "payload", "json", "the payload that the next steps see", True),),
    "count": (Field(("count",), "counter", hint="uploads", needed=True, help="Its name; ${counters.NAME} reads it"),),
    "once": (Field(("once",), "steps", "json", '[{"log": "the first call"}]', True),),
    "python": (Field(("python",), "code", "code", 'emit("order.paid", event.payload)', True),),
}
"""Of a handler's steps."""

SCRIPT_FIELDS: Mapping[str, tuple[Field, ...]] = {
    "emit": (
        Field(("emit",), "event", "event", needed=True),
        SCRIPT_WITH,
        Field(("times",), "times", "number", "1"),
        Field(("every",), "every", hint="at once", help=f"With times: the time between them. {TIMES}"),
        Field(
            ("at",), "at", hint="in its turn", help="A time from the start, such as 2s; the next steps go on meanwhile"
        ),
        SCRIPT_IF,
    ),
    "wait": (Field(("wait",), "time", hint="1s", needed=True, help=TIMES),),
    "mark": (Field(("mark",), "note", hint="here", needed=True, help="Stands on the timeline"),),
    "repeat": (
        Field(("repeat",), "times", "number", needed=True),
        Field(("do",), "steps", "json", '[{"emit": "order.placed"}, {"wait": "1s"}]', True),
    ),
}
"""Of the script's steps."""

FRESH: Mapping[str, Callable[[Step], Step]] = {
    "log": lambda emit: {"log": "${event.name}"},
    "wait": lambda emit: {"wait": "20ms"},
    "fail": lambda emit: {"fail": {"error": "HandlerFailed"}},
    "crash": lambda emit: {"crash": {"every": 3}},
    "emit": dict,
    "transform": lambda emit: {"transform": "$event.payload"},
    "count": lambda emit: {"count": "calls"},
    "once": lambda emit: {"once": [{"log": "the first call"}]},
    "python": lambda emit: {"python": "log(event.name)"},
    "mark": lambda emit: {"mark": "here"},
    "repeat": lambda emit: {"repeat": 2, "do": [dict(emit)]},
}
"""What a new step says, given an emit that may stand there."""

ABOUT: Mapping[str, str] = {
    "log": "write a line",
    "wait": "take time",
    "fail": "raise an exception",
    "crash": "let the consumer die in the middle of the call",
    "emit": "put an event on the bus",
    "transform": "change the payload for the next steps",
    "count": "add one to a counter",
    "once": "steps of the first call only",
    "python": "run Python code, once you trust the file",
    "mark": "leave a note on the timeline",
    "repeat": "do steps several times",
}
"""What a step does, for who chooses one."""


def verb_of(step: Step, fields: Mapping[str, tuple[Field, ...]]) -> str:
    """Which verb a step is, "" for none."""
    return next((verb for verb in fields if verb in step), "")


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


def summary(step: Step, fields: Mapping[str, tuple[Field, ...]]) -> str:
    """A step in one line: the verb's value, and what stands beside it."""
    verb = verb_of(step, fields)
    beside = [f"{key}: {_short(value)}" for key, value in step.items() if key != verb]
    return "   ".join([f"{verb}  {_short(step.get(verb))}", *beside])


def _short(value: Any) -> str:
    if isinstance(value, dict):
        text = ", ".join(f"{key}: {_short(each)}" for key, each in value.items())
    elif isinstance(value, list):
        text = several(len(value), "step")
    else:
        text = value if isinstance(value, str) else json.dumps(value)
    text = " ".join(text.split())
    return text if len(text) <= 80 else f"{text[:79]}…"
