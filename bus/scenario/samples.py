"""The scenarios that Buslens brings, each teaching one thing. Adding one is a file in resources/ and a line here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "scenarios"


@dataclass(frozen=True, slots=True)
class Sample:
    """One of the sample scenarios that Buslens brings, in resources/scenarios."""

    id: str
    """Name of its file without the suffix, and what the command line calls it."""

    title: str
    teaches: str
    """One sentence for the start page."""

    @property
    def path(self) -> Path:
        """The path of its YAML file."""
        return FOLDER / f"{self.id}.yaml"


SAMPLES = (
    Sample("checkout", "Checkout", "A realistic flow: orders, stock, cards that are declined, a mail nobody reads."),
    Sample("user-created", "User created", "The simplest bus: one event, one handler that prints."),
    Sample("lost-events", "Lost events", "What happens when nobody listens, or listens too late."),
    Sample("blocking-handler", "Blocking handler", "One handler that blocks makes every other one wait."),
    Sample("offloading", "Offloading", "The same blocking work on the bus, on threads, and in processes."),
    Sample("async-errors", "Async errors", "An exception in an async handler reaches nobody unless `error` is heard."),
    Sample(
        "dying-consumer", "Dying consumer", "What a durable bus makes of consumers that die in the middle of a call."
    ),
    Sample("feedback-loop", "Feedback loop", "Two handlers that feed each other, and the condition that ends it."),
    Sample("back-pressure", "Back-pressure", "Full queues: one blocks its emitter, one drops the oldest, one refuses."),
    Sample("saga", "Saga", "Three bookings: where a card is declined, what was booked is cancelled, the last first."),
    Sample(
        "request-reply",
        "Request and reply",
        "A call waits for an answer, and fails where none comes by its deadline.",
    ),
    Sample(
        "shared-parts", "Shared parts", "What several scenarios have in common stands once, in a file they include."
    ),
    Sample(
        "lossy-network",
        "Lossy network",
        "Events that are lost, doubled, late, out of order or corrupted on their way.",
    ),
    Sample(
        "service-in-trouble",
        "Service in trouble",
        "A service that fails, hangs, is slow, crashes; and one that is late.",
    ),
    Sample(
        "broker-in-trouble",
        "Broker in trouble",
        "A broker that cannot be reached, restarts, has a full disk; nothing is lost.",
    ),
    Sample("wrong-clock", "Wrong clock", "Two machines judge by their own clocks whether an event has expired."),
    Sample("lost-update", "Lost update", "A bug that no plain run shows, and `buslens explore` finds."),
    Sample("ten-runners", "Ten runners", "Ten events at one time, whose order does not matter: explore tries many."),
)
