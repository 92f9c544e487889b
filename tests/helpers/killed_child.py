"""A process that is there to be killed: it says on stdout what it was told is safe, and nothing that is not.

`log FILE SEED`: publishes numbers to a log and consumes them; `run FILE ENGINE`: runs a scenario and tells what was
confirmed, or on an engine that confirms nothing what was emitted.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

from bus.engines.sqlite.log import SqliteLog


def say(*words: object) -> None:
    print(*words, flush=True)


def use_log(path: Path, seed: int) -> None:
    """Commits of random size, each with some events, some acknowledgements, and now and then some that come back."""
    log, rng = SqliteLog(path), random.Random(seed)
    with log.commit():
        log.subscribe("h", "a")
        number = log.append([("a", {}, b"0")])
    held: list[int] = []
    while True:
        with log.commit():
            count = rng.choice([1, 1, 2, 50])
            number = log.append([("a", {}, str(number + each).encode()) for each in range(count)])
            held += [one.id for one in log.take("h", ["a"], 20 - len(held))]
            rng.shuffle(held)
            much = rng.randrange(15)
            done, held = held[:much], held[much:]
            for ident in done:
                log.acknowledge("h", "a", ident)
            if held and rng.random() < 0.1:
                log.release("h", "a", held.pop(), attempted=True)
        say("published", number - count + 1, number)
        if done:
            say("acknowledged", *done)


def use_session(path: Path, engine: str) -> None:
    """As `buslens run --engine ENGINE` does, at normal speed."""
    # Not for those that use a log alone: they are killed again and again, and this takes longer than what they do.
    from bus.engines import ENGINES
    from buslens.records import Kind
    from tests.helpers.live import Live

    session = Live(path.parent).begun(path, engine=engine, speed=1.0)
    told, emitted, is_durable = 0, 0, ENGINES[engine].is_durable
    while True:
        session.wait(0.01)
        deliveries, trace = session.trace.deliveries, session.trace
        for row in range(told, len(deliveries)):
            if deliveries.view("kind")[row] == Kind.CONFIRMED:
                place = json.loads(trace.blobs.note(int(deliveries.view("note")[row])))["place"]
                dispatch = trace.dispatches.row_of(int(deliveries.view("dispatch")[row]))
                say("confirmed", place.removeprefix("offset "), trace.payload(dispatch).text)
        told = len(deliveries)
        for row in range(emitted, 0 if is_durable else len(trace.dispatches)):
            say("emitted", row, trace.payload(row).text)
        emitted = len(trace.dispatches)


if __name__ == "__main__":
    use_log(Path(sys.argv[2]), int(sys.argv[3])) if sys.argv[1] == "log" else use_session(
        Path(sys.argv[2]), sys.argv[3]
    )
