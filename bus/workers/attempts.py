"""How often a handler is called for one event, and who calls it again: said here once, for every engine and worker."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from bus.contract.spec import EngineSpec
from bus.workers import KINDS


class CalledAgainBy(Enum):
    """Who calls a handler again for the same event where its call has failed."""

    ENGINE = "engine"
    """The engine keeps events, and delivers them again, whatever does the work."""

    WORKERS = "workers"
    """The engine keeps none; they do the call again by themselves."""

    NOBODY = "nobody"
    """A call that fails has failed."""


@dataclass(frozen=True, slots=True)
class Attempts:
    """Calls of one handler for one event, the first included, as long as each of them fails."""

    by_engine: int
    """Times that the engine delivers the event; where the last call fails, it is a dead letter."""

    by_workers: int
    """Times that the workers do what the engine calls once; where the last fails, the call has failed."""


def called_again_by(spec: EngineSpec, worker: str) -> CalledAgainBy:
    """Who does on an engine with a kind of worker, by its id."""
    if spec.is_durable:
        return CalledAgainBy.ENGINE
    kind = KINDS.get(worker)
    return CalledAgainBy.WORKERS if kind is not None and kind.makes_attempts else CalledAgainBy.NOBODY


def attempts_of(wanted: int, spec: EngineSpec, worker: str) -> Attempts:
    """What becomes of a handler's `attempts` on an engine with a kind of worker, by its id."""
    by = called_again_by(spec, worker)
    return Attempts(
        by_engine=wanted if by is CalledAgainBy.ENGINE else 1,
        by_workers=wanted if by is CalledAgainBy.WORKERS else 1,
    )
