"""What a person typed into a field of a scenario and the scenario cannot take yet: kept as typed, with the reason.

Drafts belong to a state of the document, beside its text: undo and redo take them along. They are in no file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bus.errors import UserError

NAMED = {"events": "event", "handlers": "handler", "services": "service"}
"""Sections of a scenario whose parts have names, and what one of them is called."""

FieldPath = tuple[str | int, ...]
"""Keys and numbers from the scenario's root; ("handlers", "charge", "do", 2, "wait")."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One field of the Scenario panel whose typed text is a mistake, and so is not in the document."""

    path: FieldPath
    """Of the value that the field stands for; a name has the path of what it names, and "name" behind it."""

    text: str
    """As it was typed."""

    reason: str
    """Why the scenario cannot take it."""

    value: Any = None
    """What the text says."""

    readable: bool = True
    """False: the text says nothing, as JSON that is not whole; `value` means nothing then."""

    def __str__(self) -> str:
        return f"{spelled(self.path)}: “{shortened(self.text)}”: {self.reason}"


Drafts = tuple[Draft, ...]
Move = Callable[[Drafts], Drafts]
"""What an edit of the scenario makes of its drafts."""


def with_draft(drafts: Drafts, draft: Draft) -> Drafts:
    """This one in place of another of the same field."""
    return (*without(drafts, draft.path), draft)


def without(drafts: Drafts, path: FieldPath) -> Drafts:
    """The field of this path has none any more."""
    return tuple(each for each in drafts if each.path != path)


def under(drafts: Drafts, prefix: FieldPath) -> dict[FieldPath, Draft]:
    """Those of one thing, by the rest of their paths."""
    return {each.path[len(prefix) :]: each for each in drafts if each.path[: len(prefix)] == prefix}


def same(drafts: Drafts) -> Drafts:
    """An edit that concerns none of them."""
    return drafts


def settled(path: FieldPath) -> Move:
    """The field of this path is right now, and so is all inside of it."""
    return lambda drafts: tuple(each for each in drafts if each.path[: len(path)] != path)


def renamed(section: str, old: str, new: str) -> Move:
    """Those of an event, a handler or a service go with its new name; the name itself is right now."""
    before = (section, old)

    def move(drafts: Drafts) -> Drafts:
        kept = without(drafts, (*before, "name"))
        return tuple(
            replace(each, path=(section, new, *each.path[2:])) if each.path[:2] == before else each for each in kept
        )

    return move


def rearranged(steps: FieldPath, order: Sequence[int]) -> Move:
    """Those of steps go with them. order: for each place the place where the step stood before, -1 for a new one."""
    to = {was: now for now, was in enumerate(order) if was >= 0}

    def move(drafts: Drafts) -> Drafts:
        kept = []
        for each in drafts:
            row = each.path[len(steps)] if each.path[: len(steps)] == steps and len(each.path) > len(steps) else None
            if row is None:
                kept.append(each)
            elif row in to:
                kept.append(replace(each, path=(*steps, to[int(row)], *each.path[len(steps) + 1 :])))
        return tuple(kept)

    return move


def living(drafts: Drafts, values: dict[str, Any]) -> Drafts:
    """Those whose event, handler or step is still there."""
    return tuple(each for each in drafts if _is_there(_holder(each.path), values))


def owner(path: FieldPath) -> tuple[str, str]:
    """Kind and name of what a field belongs to: ("event", name) and so on, ("script", ""), ("faults", "")."""
    if path[0] in NAMED and len(path) > 1:
        return NAMED[str(path[0])], str(path[1])
    return (str(path[0]), "") if path[0] in ("script", "faults") else ("scenario", "")


def place_of(kind: str, name: str) -> FieldPath:
    """Where in the scenario that lies whose kind and name `owner` says."""
    section = next((section for section, one in NAMED.items() if one == kind), "")
    return (section, name) if section else (kind,) if kind in ("script", "faults") else ()


def step_of(path: FieldPath) -> int:
    """Which step of its owner a field stands in, from 0; -1 for none."""
    numbers = [each for each in path[:4] if isinstance(each, int)]
    return numbers[0] if numbers else -1


def spelled(path: FieldPath) -> str:
    """Where a field is, in words: `handler charge, step 3, wait`."""
    kind, name = owner(path)
    step, one = step_of(path), "fault" if kind == "faults" else "step"
    parts = [f"{kind} {name}".rstrip(), f"{one} {step + 1}" if step >= 0 else "", str(path[-1])]
    return ", ".join(each for each in parts if each)


def shortened(text: str) -> str:
    """A text in one line of a sentence."""
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:39]}…"


def reason(error: UserError) -> str:
    """Why an edit was refused, in one sentence."""
    return f"{error.problem} ({error.hint})" if error.hint else error.problem


def _holder(path: FieldPath) -> FieldPath:
    """What must be there for a field to be there: the step, or the event or handler."""
    if step_of(path) >= 0:
        return path[: next(at for at, each in enumerate(path) if isinstance(each, int)) + 1]
    return path[:2] if path[0] in NAMED else ()


def _is_there(path: FieldPath, values: Any) -> bool:
    for part in path:
        if isinstance(part, int):
            if not (isinstance(values, list) and part < len(values)):
                return False
        elif not (isinstance(values, dict) and part in values):
            return False
        values = values[part]
    return True
