"""What may be different in one handler, service or event of a scenario.

To change more: a function and a line in `PARTS`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, get_args

from bus.errors import UserError
from bus.modelling.scenario_change import NONE, NUMBER, ScenarioChange
from bus.scenario import distribution
from bus.scenario.handling import MOST_AT_ONCE, MOST_PARALLEL
from bus.scenario.model import Handler
from bus.scenario.parts import keys_of_steps
from bus.scenario.services import MOST_QUEUED, Overflow
from bus.scenario.steps import VERBS
from bus.wording import one_of
from bus.workers import INLINE

Values = dict[str, Any]
PartChange = Callable[[Values, ScenarioChange], None]
WORK = ("once", "do")
"""Below which keys steps stand by which a call fails: what undoes a step is none of them."""


def _duration(handler: Values, change: ScenarioChange) -> None:
    """All waits of the handler by a factor, or one wait in place of them."""
    waits = [step for step in _steps(handler.get("do") or [], keys_of_steps(VERBS)) if "wait" in step]
    times = change.factor
    if times is not None:
        for step in waits:
            step["wait"] = distribution.scaled(step["wait"], times)
        return
    try:
        distribution.parse(change.value)
    except ValueError as error:
        raise change.wrong(f"a factor such as 2x, or {str(error).removeprefix('expected ')}") from None
    if not waits:
        handler["do"] = [{"wait": change.value}, *(handler.get("do") or [])]
    for at, step in enumerate(waits):
        step["wait"] = "0ns" if at else change.value


def _failures(handler: Values, change: ScenarioChange) -> None:
    """The share of its calls that fail."""
    fails = [step for step in _steps(handler.get("do") or [], WORK) if "fail" in step]
    times = change.factor
    if times is not None:
        for step in fails:
            options = step["fail"]
            if isinstance(options, dict) and "probability" in options:
                options["probability"] = min(options["probability"] * times, 1.0)
        return
    share = float(change.value) if NUMBER.fullmatch(change.value) else math.nan
    if not 0 <= share <= 1:
        raise change.wrong("a share from 0 to 1, or a factor such as 2x")
    if fails:
        for at, step in enumerate(fails):
            options = step["fail"] if isinstance(step["fail"], dict) else {}
            kept = {key: value for key, value in options.items() if key not in ("every", "if")}
            step["fail"] = kept | {"probability": 0 if at else share}
        return
    do = handler.get("do") or []
    at = next((at for at, step in enumerate(do) if "emit" in step), len(do))
    handler["do"] = [*do[:at], {"fail": {"probability": share}}, *do[at:]]


def _workers(handler: Values, change: ScenarioChange) -> None:
    """How many of its calls run at once."""
    service = handler.get("service")
    if service is not None:
        hint = f"service.{service}.workers={change.value} changes those of all its handlers"
        raise UserError(f"{change}: the workers of this handler are those of the service {service}", hint=hint)
    has_workers = handler.get("worker", INLINE) != INLINE
    if handler.get("concurrency") is not None and not has_workers:
        handler["concurrency"] = change.whole_number(handler["concurrency"], 1, MOST_AT_ONCE)
        return
    before = handler.get("parallel", Handler.model_fields["parallel"].default) if has_workers else None
    handler["parallel"] = change.whole_number(before, 1, MOST_PARALLEL)
    handler.pop("block", None)
    if not has_workers:
        handler["worker"] = "thread"


def _service_workers(service: Values, change: ScenarioChange) -> None:
    """How many calls of all its handlers run at once."""
    service["workers"] = change.whole_number(service.get("workers", 1), 1, MOST_AT_ONCE)


def _queue_limit(service: Values, change: ScenarioChange) -> None:
    """How many events wait, at most."""
    queue = service.get("queue") or {}
    if change.value == NONE:
        service.pop("queue", None)
        return
    service["queue"] = queue | {"limit": change.whole_number(queue.get("limit"), 0, MOST_QUEUED)}


def _queue_overflow(service: Values, change: ScenarioChange) -> None:
    """What becomes of an event that finds the queue full."""
    if not service.get("queue"):
        raise UserError(f"{change}: any number of events waits for it", hint="change queue.limit first")
    if change.value not in get_args(Overflow):
        raise change.wrong(one_of(get_args(Overflow)))
    service["queue"]["overflow"] = change.value


def _ttl(event: Values, change: ScenarioChange) -> None:
    """How long it lives."""
    before, times = event.get("ttl"), change.factor
    if change.value == NONE:
        event.pop("ttl", None)
        return
    if before is not None and times is not None:
        event["ttl"] = distribution.scaled(before, times)
        return
    try:
        distribution.parse_time(change.value)
    except ValueError:
        factors = "" if before is None else ", a factor such as 2x"
        raise change.wrong(f"a time such as 2s{factors}, or {NONE}") from None
    event["ttl"] = change.value


def _steps(steps: list[Any], below: tuple[str, ...]) -> Iterator[Values]:
    """These, and those that stand inside them below one of these keys."""
    for step in steps:
        if isinstance(step, dict):
            yield step
            for key in below:
                yield from _steps(step.get(key) or [], below)


PARTS: dict[str, dict[str, PartChange]] = {
    "handler": {"duration": _duration, "failures": _failures, "workers": _workers},
    "service": {
        "workers": _service_workers,
        "queue.limit": _queue_limit,
        "queue.overflow": _queue_overflow,
    },
    "event": {"ttl": _ttl},
}
"""What may be changed, by the kind of part and the property. The section of the file is the kind with an s."""
