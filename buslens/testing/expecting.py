"""What is expected of an event in a test, and the words for how it was instead: what, when, where, and what else was.

Each function gives what is wrong, as the message of a failed assertion; "" where it is as expected.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Any, Iterator, List, Optional, Sequence, Tuple

from buslens.testing.payloads import PayloadMatch
from buslens.testing.seen import SeenCall, SeenEmit, SeenEvent

MOST_SHOWN = 10
"""Emits, calls or names of one message."""

_LONGEST = 160


def not_as_emitted(seen: SeenEvent, payload: PayloadMatch, times: Optional[int]) -> str:
    """times: None for at least once."""
    if not seen.emits:
        return "" if times == 0 else _never(seen)
    count = len(matching(seen, payload)) if not payload.is_any else seen.count
    if count == times or (times is None and count):
        return ""
    wanted = "" if payload.is_any else " with this payload"
    if not payload.is_any and not count:
        head = f"{seen.event} was emitted {_times(seen.count)}, never with this payload"
    elif times == 0:
        head = f"{seen.event} was emitted {_times(count)}{wanted}, and was not to be"
    else:
        head = f"{seen.event} was emitted {_times(count)}{wanted}, not {_times(times or 1)}"
    shown = [_emit_line(each, "" if payload.is_any else payload.difference(each)) for each in seen.emits[:MOST_SHOWN]]
    return _message(head, [*_expected(payload), *shown, *_more(seen.count), *_unsure(seen)])


@dataclass(frozen=True)
class Handling:
    """How each emit of an event is to be handled."""

    by: "Tuple[str, ...]"
    """Handlers that must all have ended well; empty: at least one, whichever."""

    in_order: bool = False
    """Whether each of them begins after the one before it in `by` has begun."""

    within_ms: Optional[float] = None
    """From the emit to the end of the last of them."""


def not_as_handled(seen: SeenEvent, payload: PayloadMatch, handling: Handling) -> str:
    """Every emit with this payload is to be handled so, and there is one at least."""
    missing = not_as_emitted(seen, payload, None)
    if missing:
        return missing
    for emit in matching(seen, payload):
        wrong = _wrong(seen, emit, handling)
        if wrong:
            head = f"{seen.event} was not handled as expected: {wrong[0]}"
            shown = [f"also: {each}" for each in wrong[1:MOST_SHOWN]]
            return _message(head, [*shown, *_what_happened(emit), *_unsure(seen)])
    return ""


def matching(seen: SeenEvent, payload: PayloadMatch) -> "List[SeenEmit]":
    """The emits with this payload."""
    return [each for each in seen.emits if payload.is_any or not payload.difference(each)]


def is_named(handler: str, wanted: str) -> bool:
    """Whether a handler's qualified name is this or ends with it: `Shop.charge` is also named `charge`."""
    return handler == wanted or handler.endswith(f".{wanted}")


def _wrong(seen: SeenEvent, emit: SeenEmit, handling: Handling) -> "List[str]":
    if not handling.by:
        well = [each for each in emit.calls if each.outcome == "ok"]
        if not well:
            wrong = [f"{_plain(each.handler)} {_ended(each)}" for each in emit.calls] or [_nobody(seen, emit)]
            return wrong
    else:
        found = [(name, _call_of(emit, name)) for name in handling.by]
        wrong = [text for name, call in found for text in [_not_well(seen, emit, name, call)] if text]
        if wrong:
            return wrong
        well = [call for _, call in found if call is not None]
    return [*(_disorder(well) if handling.in_order else ()), *_lateness(emit, well, handling.within_ms)]


def _call_of(emit: SeenEmit, name: str) -> Optional[SeenCall]:
    """The first that ended well, or else the last one."""
    calls = [each for each in emit.calls if is_named(each.handler, name)]
    well = [each for each in calls if each.outcome == "ok"]
    found = well[:1] or calls[-1:]
    return found[0] if found else None


def _not_well(seen: SeenEvent, emit: SeenEmit, name: str, call: Optional[SeenCall]) -> str:
    if call is not None:
        return "" if call.outcome == "ok" else f"{_plain(call.handler)} {_ended(call)}"
    for handler, why in emit.skipped:
        if is_named(handler, name):
            return _not_called(handler, why)
    if any(is_named(handler, name) for handler, _ in seen.listeners):
        return f"{name} was not called, though it listens now: it came later, or waits for its turn"
    listeners = list(dict.fromkeys(handler for handler, _ in seen.listeners))
    called = list(dict.fromkeys(each.handler for each in emit.calls))
    known = list(dict.fromkeys([*called, *listeners]))
    if not known:
        return f"{name} was not called: nobody listens to {emit.event}"
    near = _near(name, [each.rpartition(".")[2] for each in known])
    return f"{name} was not called: it does not listen to {emit.event}, {_names(known)} {_does(known)}{near}"


def _plain(handler: str) -> str:
    """Without the function that it was defined in."""
    return handler.rpartition("<locals>.")[2]


def _nobody(seen: SeenEvent, emit: SeenEmit) -> str:
    if emit.skipped:
        return "; ".join(
            f"{_plain(handler)} was not called{f': {why}' if why else ''}" for handler, why in emit.skipped
        )
    if emit.open:
        return "its handlers have not begun"
    listening = f" ({_names([handler for handler, _ in seen.listeners])} came later)" if seen.listeners else ""
    return f"nobody listened to it{listening}"


def _not_called(handler: str, why: str) -> str:
    return f"{_plain(handler)} was not called{f': {_plain(why)}' if why else ''}"


def _disorder(calls: "Sequence[SeenCall]") -> "Iterator[str]":
    for number, second in enumerate(calls[1:]):
        first = calls[number]
        if second.started_ms < first.started_ms:
            yield (
                f"{_plain(second.handler)} began before {_plain(first.handler)}, at {_ms(second.started_ms)}, "
                f"that one at {_ms(first.started_ms)}"
            )


def _lateness(emit: SeenEmit, calls: "Sequence[SeenCall]", within_ms: Optional[float]) -> "Iterator[str]":
    if within_ms is None:
        return
    last = max(calls, key=lambda each: each.ended_ms or 0.0)
    took = (last.ended_ms or 0.0) - emit.at_ms
    if took > within_ms:
        yield f"{_plain(last.handler)} had ended {_ms(took)} after the emit, not within {_ms(within_ms)}"


def _never(seen: SeenEvent) -> str:
    others = [f"{name} ({_times(count)})" for name, count in list(seen.others.items())[:MOST_SHOWN]]
    told = f"emitted instead: {', '.join(others)}" if others else "no event was emitted on any bus that buslens knows"
    near = _near(seen.event, list(seen.others))
    return _message(f"{seen.event} was never emitted{near}", [told, *_unsure(seen)])


def _what_happened(emit: SeenEmit) -> "Iterator[str]":
    yield _emit_line(emit, "")
    for call in emit.calls[:MOST_SHOWN]:
        place = f"  ({call.place})" if call.place else ""
        yield f"  {_ms(call.started_ms)}: {_plain(call.handler)} {_ended(call)}{place}"
    if len(emit.calls) > MOST_SHOWN:
        yield f"  ... and {len(emit.calls) - MOST_SHOWN} more calls"
    for handler, why in emit.skipped[:MOST_SHOWN]:
        yield f"  {_not_called(handler, why)}"


def _emit_line(emit: SeenEmit, difference: str) -> str:
    cause = f" by {_plain(emit.cause)}" if emit.cause else ""
    bus = f" on {emit.bus}" if emit.bus else ""
    text = emit.text if len(emit.text) <= _LONGEST else f"{emit.text[: _LONGEST - 1]}…"
    reached = ", ".join(dict.fromkeys(_plain(each.handler) for each in emit.calls)) or "nobody"
    ends = f"; {difference}" if difference else f"; reached {reached}"
    return f"{_ms(emit.at_ms)}: emitted{cause}{bus} with {text or 'no payload'}{ends}"


def _ended(call: SeenCall) -> str:
    after = "" if call.ran_ms is None else f" after {_ms(call.ran_ms)}"
    error = f": {call.error}" if call.error is not None else ""
    words = {"ok": "ended well", "running": "is still running", "cancelled": "was cancelled"}
    return f"{words.get(call.outcome, call.outcome)}{after}{error}"


def _expected(payload: PayloadMatch) -> "Iterator[str]":
    if not payload.is_any:
        text = repr(payload.expected)
        yield f"expected: {text if len(text) <= _LONGEST else f'{text[: _LONGEST - 1]}…'}"


def _more(count: int) -> "Iterator[str]":
    if count > MOST_SHOWN:
        yield f"... and {count - MOST_SHOWN} more emits"


def _unsure(seen: SeenEvent) -> "Iterator[str]":
    if seen.unsure:
        yield seen.unsure


def _near(name: str, known: "Sequence[str]") -> str:
    near = difflib.get_close_matches(name, known, 1, 0.75)
    return f" (did you mean {near[0]}?)" if near else ""


def _names(names: "Sequence[str]") -> str:
    shown = list(map(_plain, names[:MOST_SHOWN]))
    more = f" and {len(names) - MOST_SHOWN} more" if len(names) > MOST_SHOWN else ""
    return f"{', '.join(shown)}{more}"


def _does(names: "Sequence[str]") -> str:
    return "does" if len(names) == 1 else "do"


def _times(count: Any) -> str:
    return "once" if count == 1 else f"{count} times"


def _ms(milliseconds: float) -> str:
    return f"{milliseconds:.3g} ms" if abs(milliseconds) < 100 else f"{milliseconds:.0f} ms"


def _message(head: str, lines: "Sequence[str]") -> str:
    return "\n".join([head, *(f"  {each}" for each in lines)])
