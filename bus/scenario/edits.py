"""What a person can change in a scenario, as changes of its plain values. Comments and layout are patch.py's."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterable
from typing import Any

from bus.errors import UserError
from bus.scenario.acts import ACTS, EmitAct
from bus.scenario.drafts import NAMED, FieldPath
from bus.scenario.expected_names import NAMING, handlers_in, patterns_in
from bus.scenario.model import Scenario, steps_of
from bus.scenario.nearest import nearest
from bus.scenario.parts import ScenarioPart, Verbs, keys_of_events, keys_of_steps
from bus.scenario.steps import VERBS

Values = dict[str, Any]
Change = Callable[[Values], None]


def added(section: str, name: str, fields: Values) -> Change:
    """Declare something under a new name."""

    def change(values: Values) -> None:
        _must_be_new(values, section, name)
        kept = {key: value for key, value in fields.items() if value is not None}
        values[section] = {**_section(values, section), name: kept}

    return change


def changed(section: str, name: str, fields: Values) -> Change:
    """Replace some of what is said; None removes a key."""

    def change(values: Values) -> None:
        item = dict(_must_exist(values, section, name))
        for key, value in fields.items():
            if value is None:
                item.pop(key, None)
            else:
                item[key] = value
        values[section][name] = item

    return change


def removed(section: str, name: str) -> Change:
    """A change that removes a part from its section."""

    def change(values: Values) -> None:
        _must_exist(values, section, name)
        del values[section][name]

    return change


def handler_removed(name: str) -> Change:
    """Remove a handler; expectations of it would be mistakes."""

    def change(values: Values) -> None:
        removed("handlers", name)(values)
        for section in NAMING:
            parts = values.get(section) or []
            kept = [part for part in parts if name not in dict(handlers_in(part, section)).values()]
            if len(kept) < len(parts):
                values[section] = kept

    return change


def moved(section: str, name: str, to: int) -> Change:
    """Put something at another place among its siblings."""

    def change(values: Values) -> None:
        _must_exist(values, section, name)
        order = [key for key in values[section] if key != name]
        order.insert(max(to, 0), name)
        values[section] = {key: values[section][key] for key in order}

    return change


def event_renamed(old: str, new: str) -> Change:
    """Rename an event in its declaration, subscriptions, emits and expectations.

    Who heard it through a pattern that does not match the new name hears it by its name.
    """

    def change(values: Values) -> None:
        _rename(values, "events", old, new)
        others = [event for event in values["events"] if event != new]
        for handler in (values.get("handlers") or {}).values():
            handler["on"] = _subscriptions_renamed(handler.get("on"), old, new, others)
            _rename_in_steps(handler.get("do"), VERBS, old, new)
            if handler.get("on_failure") == old:
                handler["on_failure"] = new
        _rename_in_steps(values.get("script"), ACTS, old, new)
        for section in NAMING:
            for part in values.get(section) or []:
                for place, pattern in list(patterns_in(part, section)):
                    is_left = _left(pattern, old, new) and not _matches_any(pattern, others)
                    if pattern == old or is_left:
                        _put(part, place, new)

    return change


def _subscriptions_renamed(on: Any, old: str, new: str, others: list[str]) -> Any:
    patterns = [new if each == old else each for each in (on if isinstance(on, list) else [on])]
    if any(_left(str(each), old, new) for each in patterns):
        # A pattern that no other event matches would be a mistake now.
        kept = [each for each in patterns if not _left(str(each), old, new) or _matches_any(each, others)]
        patterns = [*kept, *([] if any(fnmatch.fnmatchcase(new, str(each)) for each in kept) else [new])]
    return patterns if isinstance(on, list) or len(patterns) > 1 else patterns[0]


def _left(pattern: str, old: str, new: str) -> bool:
    """Whether the pattern matched the old name and does not match the new one."""
    return fnmatch.fnmatchcase(old, pattern) and not fnmatch.fnmatchcase(new, pattern)


def _matches_any(pattern: Any, events: list[str]) -> bool:
    return any(fnmatch.fnmatchcase(event, str(pattern)) for event in events)


def handler_renamed(old: str, new: str) -> Change:
    """Rename a handler in its declaration and in expectations."""

    def change(values: Values) -> None:
        _rename(values, "handlers", old, new)
        for section in NAMING:
            for part in values.get(section) or []:
                for place, handler in list(handlers_in(part, section)):
                    if handler == old:
                        _put(part, place, new)

    return change


def service_renamed(old: str, new: str) -> Change:
    """Give a service another name, in its declaration and at its handlers."""

    def change(values: Values) -> None:
        _rename(values, "services", old, new)
        for handler in (values.get("handlers") or {}).values():
            if handler.get("service") == old:
                handler["service"] = new

    return change


def service_removed(name: str) -> Change:
    """Remove a service that no handler belongs to."""

    def change(values: Values) -> None:
        users = [each for each, said in (values.get("handlers") or {}).items() if said.get("service") == name]
        if users:
            raise UserError(f"the service {name} is still used by {', '.join(users)}", hint="change that first")
        removed("services", name)(values)

    return change


_RENAMED = {"events": event_renamed, "handlers": handler_renamed, "services": service_renamed}
"""What gives a part of a section another name."""


def free_name(name: str, taken: Iterable[str]) -> str:
    """This name, or it with a number behind, that nothing of these has."""
    known, number, free = set(taken), 1, name
    while free in known:
        number += 1
        free = f"{name}{number}"
    return free


def option(key: str, value: Any) -> Change:
    """Set something that the scenario says of itself."""

    def change(values: Values) -> None:
        if value is None:
            values.pop(key, None)
        else:
            values[key] = value

    return change


def unchanged(_values: Values) -> None:
    """Say what was said before."""


def put(path: FieldPath, value: Any) -> Change:
    """Say this at one place; None: say nothing there. A name's place (see drafts.py) is given another name."""
    if path[0] in NAMED and path[2:] == ("name",):
        return _RENAMED[str(path[0])](str(path[1]), str(value or ""))

    def change(values: Values) -> None:
        holder: Any = values
        for part in path[:-1]:
            inner = holder[part] if isinstance(part, int) or part in holder else None
            if not isinstance(inner, dict | list):
                inner = holder[part] = {}
            holder = inner
        if value is None:
            holder.pop(path[-1], None)
        else:
            holder[path[-1]] = value

    return change


def users_of(scenario: Scenario, event: str) -> list[str]:
    """Who names an event: handlers, the script, expectations."""
    users = [
        name
        for name, handler in scenario.handlers.items()
        if event in (*handler.patterns, *handler.emitted, *handler.awaited)
    ]
    acts = steps_of(scenario.script)
    script = ["the script"] if any(isinstance(act, EmitAct) and act.emit == event for act in acts) else []
    naming = [
        section for section in NAMING if any(event in _patterns(part, section) for part in getattr(scenario, section))
    ]
    return [*users, *script, *naming]


def _patterns(part: ScenarioPart, section: str) -> Iterable[str]:
    said = part.model_dump(by_alias=True, exclude_unset=True)
    return (pattern for _place, pattern in patterns_in(said, section))


def _section(values: Values, section: str) -> Values:
    return values.get(section) or {}


def _must_be_new(values: Values, section: str, name: str) -> None:
    if name in _section(values, section):
        raise UserError(f"there is already another {NAMED[section]} {name}", hint="take another name")


def _must_exist(values: Values, section: str, name: str) -> Values:
    known = _section(values, section)
    if name not in known:
        raise UserError(f"no {NAMED[section]} {name}", hint=nearest(name, known))
    return known[name] or {}


def _rename(values: Values, section: str, old: str, new: str) -> None:
    _must_exist(values, section, old)
    _must_be_new(values, section, new)
    values[section] = {new if key == old else key: value for key, value in values[section].items()}


def _rename_in_steps(steps: Any, verbs: Verbs, old: str, new: str) -> None:
    for step in steps or []:
        for key in keys_of_events(verbs):
            if step.get(key) == old:
                step[key] = new
        for key in keys_of_steps(verbs):
            _rename_in_steps(step.get(key), verbs, old, new)


def _put(holder: Any, place: tuple[str | int, ...], value: str) -> None:
    *way, last = place
    for part in way:
        holder = holder[part]
    holder[last] = value
