"""What was seen of a test: emits and calls, with times in milliseconds since the test began."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping, Optional, Tuple


@dataclass(frozen=True)
class SeenError:
    """What a call failed with."""

    type: str
    message: str

    def __str__(self) -> str:
        first = (self.message.splitlines() or [""])[0][:200]
        return f"{self.type}: {first}" if first else self.type


@dataclass(frozen=True)
class SeenCall:
    """One run of one handler for one emit."""

    handler: str
    """Its qualified name."""

    file: str
    line: int
    """Where its code stands; "" and 0 where unknown."""

    event: str
    emitted_ms: float
    started_ms: float
    ended_ms: Optional[float]
    """None while it runs."""

    outcome: str
    """ok, failed, cancelled, timed out, never ran, running."""

    attempt: int
    """1 for the first; a retry or redelivery counts up."""

    error: Optional[SeenError]

    @classmethod
    def of(cls, row: "Mapping[str, Any]") -> SeenCall:
        """As the reader gives it."""
        error = row["error"]
        return cls(**{**row, "error": SeenError(**error) if error else None})

    @property
    def place(self) -> str:
        """file:line of its code; "" where unknown."""
        return f"{self.file}:{self.line}" if self.file else ""

    @property
    def ran_ms(self) -> Optional[float]:
        """How long it took; None while it runs."""
        return None if self.ended_ms is None else self.ended_ms - self.started_ms


@dataclass(frozen=True)
class SeenEmit:
    """One emit, and what became of it."""

    event: str
    bus: str
    """What the bus is called; "" where unknown."""

    at_ms: float
    cause: str
    """The handler that emitted it; "" where none did."""

    outcome: str
    """As of a call; also lost: nobody listened; kept: a broker has it."""

    open: int
    """Calls that have not ended or not begun."""

    payload: Any
    """As JSON has it; None where `is_json` is False."""

    text: str
    """As recorded: JSON text, or a repr."""

    is_json: bool
    cut: bool
    """Whether something of it was left out, because it was too large."""

    calls: "Tuple[SeenCall, ...]"
    """In the order in which they began."""

    skipped: "Tuple[Tuple[str, str], ...]"
    """Handlers that were not called for it, each with the reason; "" where that is not known."""

    @classmethod
    def of(cls, row: "Mapping[str, Any]") -> SeenEmit:
        """As the reader gives it."""
        calls = tuple(map(SeenCall.of, row["calls"]))
        skipped = tuple((each["handler"], each["why"]) for each in row["skipped"])
        return cls(**{**row, "calls": calls, "skipped": skipped})


@dataclass(frozen=True)
class SeenEvent:
    """All emits of one event in a test, and what else is worth telling where they are not as expected."""

    event: str
    emits: "Tuple[SeenEmit, ...]"
    count: int
    """How many there were; `emits` has the first 5,000."""

    others: "Mapping[str, int]"
    """Other events that were emitted, and how often."""

    listeners: "Tuple[Tuple[str, str], ...]"
    """Who listens to it now, each with the place of its code."""

    unsure: str
    """What is not known, in one sentence; "" where everything is."""

    @classmethod
    def of(cls, event: str, answer: "Mapping[str, Any]") -> SeenEvent:
        """As the reader gives it."""
        listeners = tuple((each["handler"], f"{each['file']}:{each['line']}") for each in answer["listeners"])
        emits = tuple(map(SeenEmit.of, answer["emits"]))
        return cls(event, emits, answer["count"], answer["others"], listeners, answer["unsure"])
