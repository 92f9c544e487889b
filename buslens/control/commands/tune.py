"""`tune`: what is recorded from now on, of which buses and of payloads."""

from __future__ import annotations

from typing import Callable, List

from buslens.adapters import ADAPTERS
from buslens.control.controlled import Controlled
from buslens.control.messages import Asked, Fields, Refused

FIELDS = ("do", "payloads", "only", "except", "all", "until_ns")


def tune(program: Controlled, asked: Asked, wake: Callable[[], None]) -> Fields:
    """See docs/control.md. What is not named stays; `only`, `except` and `all` together replace what was chosen."""
    unknown = [name for name in asked.names if name not in FIELDS]
    if unknown:
        raise Refused(f"tune knows no {unknown[0][:40]!r}: it takes {', '.join(FIELDS[1:])}")
    program.until_ns(asked)
    choice, changes = program.choice, []  # type: ignore[var-annotated]
    chooses = asked.has("only") or asked.has("except") or asked.yes("all")
    only, left_out = asked.texts("only"), asked.texts("except")
    if chooses:
        _check(program, [*only, *left_out])
    if asked.has("payloads"):
        changes += filter(None, [choice.keep_payloads(asked.text("payloads"), program.buses.all())])
    if chooses:
        changes += choice.record(only if asked.has("only") else None, left_out, program.buses.all())
    choice.mark(changes)
    said = f"from now on {', and '.join(changes)}" if changes else "nothing changes: it was recorded so already"
    return {"ok": True, "said": said, **choice.said()}


def _check(program: Controlled, names: "List[str]") -> None:
    libraries = {adapter.library for adapter in ADAPTERS}
    for name in names:
        if name not in libraries:
            program.buses.find(name)  # refuses what is not there
