"""What travels with an event so that its cause survives the broker: CloudEvents attributes and W3C traceparent.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md, https://www.w3.org/TR/trace-context/
"""

from __future__ import annotations

import hashlib
import re
from contextvars import ContextVar
from typing import NamedTuple

from bus.contract.delivery import Attributes

MOST_ATTRIBUTES = 64
LONGEST_ATTRIBUTE = 4096
_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")
_LONGEST_NUMBER = 19
"""Digits of an id that fits into 64 bits."""


class Cause(NamedTuple):
    """The event whose handler runs here."""

    trace: str
    """Trace id: the same for a whole flow."""

    ident: str
    root: str
    """Id of the event that the flow grew from."""


CAUSE: ContextVar[Cause | None] = ContextVar("buslens_cause", default=None)
"""None outside of any handler."""


EMITTED = "emittedns"
"""Attribute: when it was emitted, in nanoseconds of its run's clock."""


def attributes_of(run: str, dispatch: int, event: str, now_ns: int) -> Attributes:
    """For an event that is emitted here and now."""
    cause = CAUSE.get()
    ident = f"{run}/{dispatch}"
    trace = cause.trace if cause else hashlib.sha256(ident.encode()).hexdigest()[:32]
    made = {
        "specversion": "1.0",
        "id": ident,
        "source": f"buslens:{run}",
        "type": event,
        "datacontenttype": "application/json",
        "correlationid": cause.root if cause else ident,
        "traceparent": f"00-{trace}-{dispatch:016x}-01",
        EMITTED: str(now_ns),
    }
    if cause:
        made["causationid"] = cause.ident
    return made


def dispatch_of(attributes: Attributes, run: str) -> int:
    """Id of the dispatch that this run made of it; 0 where it is somebody else's."""
    theirs, _, number = attributes.get("id", "").rpartition("/")
    return int(number) if theirs == run and len(number) <= _LONGEST_NUMBER and number.isdecimal() else 0


def cause_of(attributes: Attributes) -> Cause:
    """What the handlers of an event that arrives are caused by. Whatever is missing or wrong is made up for."""
    ident = attributes.get("id", "") or "unknown"
    found = _TRACEPARENT.fullmatch(attributes.get("traceparent", ""))
    trace = found.group(1) if found else hashlib.sha256(ident.encode("utf-8", "replace")).hexdigest()[:32]
    return Cause(trace, ident, attributes.get("correlationid", "") or ident)


def bounded(attributes: Attributes) -> Attributes:
    """What a stranger sent, cut to a size that may be kept."""
    few = list(attributes.items())[:MOST_ATTRIBUTES]
    return {key[:LONGEST_ATTRIBUTE]: value[:LONGEST_ATTRIBUTE] for key, value in few}
