"""How often a handler is called for one event, and who calls it again: said here once, for every engine and worker."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from bus.contract.spec import EngineSpec
from bus.workers import KINDS


class CalledAgainBy(Enum):
    """Who calls a handler again for the same event where its call has failed."""

    ENGINE = "engine"
    """It delivers the event again where it keeps events, or calls the handler again, whatever does the work."""

    WORKERS = "workers"
    """The engine does not; they do the call again by themselves."""

    NOBODY = "nobody"
    """A call that fails has failed."""


@dataclass(frozen=True, slots=True)
class Attempts:
    """Calls of one handler for one event, the first included, as long as each of them fails."""

    by_engine: int
    """Calls that the engine makes; where the last one fails, what it keeps is a dead letter."""

    by_workers: int
    """Times that the workers do what the engine calls once; where the last fails, the call has failed."""


def called_again_by(spec: EngineSpec, worker: str, *, retries: bool = False) -> CalledAgainBy:
    """Who does on an engine with a kind of worker, by its id. retries: the handler says `retry`."""
    if spec.is_durable or retries:
        return CalledAgainBy.ENGINE
    kind = KINDS.get(worker)
    return CalledAgainBy.WORKERS if kind is not None and kind.makes_attempts else CalledAgainBy.NOBODY


def attempts_of(wanted: int, spec: EngineSpec, worker: str, *, retries: bool = False) -> Attempts:
    """What becomes of a handler's `attempts`, or its `retry`'s, on an engine with a kind of worker, by its id."""
    by = called_again_by(spec, worker, retries=retries)
    return Attempts(
        by_engine=wanted if by is CalledAgainBy.ENGINE else 1,
        by_workers=wanted if by is CalledAgainBy.WORKERS else 1,
    )
