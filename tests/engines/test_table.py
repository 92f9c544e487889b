"""The table of docs/engines.md, cell by cell: each word in bold is what a run on that engine shows."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bus.analysis import ledger
from bus.engines import ENGINES
from bus.engines.pyee.threads import WORKERS
from bus.runs import sqlite_runs
from bus.session import Session
from bus.settings import Settings
from buslens.records import Kind, NameKind, Outcome
from tests.helpers.killing import killed_after
from tests.helpers.left_behind import BODIES
from tests.helpers.patience import PATIENCE_S

DOCS = Path(__file__).resolve().parents[2] / "docs" / "engines.md"
MS = 1_000_000
SLOW = "events: {a: {}}\nhandlers: {slow: {on: a, do: [{wait: 10ms}]}, quick: {on: a}}\n"
BROKEN = "events: {a: {}}\nhandlers: {bad: {on: a, do: [{fail: always}]}, good: {on: a}}\nscript: [{emit: a}]"
DIES = "events: {a: {}}\nhandlers: {h: {on: a, do: [{once: [{crash: always}]}]}}\nscript: [{emit: a}]"
UNEVEN = (
    "events: {a: {}}\nhandlers: {h: {on: a, do: [{wait: 1ms..30ms}, {fail: {if: event.payload == 3 && count < 5}}]}}\n"
    "script: [{emit: a, with: $count, times: 10}]"
)
ENDLESS = "buslens: 1\nevents: {a: {}}\nscript: [{emit: a, with: $count, every: 1ms, times: 1000000}]\n"
HEARD = "handlers: {h: {on: a, do: [{wait: 10min}]}}\n"


def table() -> dict[str, dict[str, str]]:
    """Situation, engine, word."""
    rows = [
        [cell.strip() for cell in line.strip("| \n").split("|")]
        for line in DOCS.read_text(encoding="utf-8").splitlines()
        if line.startswith("| ")
    ]
    heads = next(row for row in rows if row[0] == "situation")
    engines = [head.strip("`") for head in heads[1:]]
    cells = [row for row in rows if len(row) == len(heads) and "**" in row[1]]
    return {row[0]: {engine: bold(cell) for engine, cell in zip(engines, row[1:], strict=True)} for row in cells}


def bold(cell: str) -> str:
    found = re.match(r"\*\*(.+?)\*\*", cell)
    assert found, cell
    return found.group(1)


class Lab:
    """Runs small scenarios on one engine."""

    def __init__(self, engine: str, folder: Path) -> None:
        self.engine = engine
        self.folder = folder
        self.sessions: list[Session] = []

    def session(self, text: str) -> Session:
        path = self.folder / f"{len(self.sessions)}.yaml"
        path.write_text(f"buslens: 1\n{text}", encoding="utf-8")
        session = Session(Settings(), trusted=bool)
        self.sessions.append(session)
        session.open_scenario(path)
        session.start(engine=self.engine, speed=math.inf)
        assert session.wait(PATIENCE_S)
        return session

    def run(self, text: str) -> Any:
        return self.session(text).trace

    def run_and_add(self, text: str) -> Any:
        """Run, then let a handler `late` come and hear one more event."""
        session = self.session(text)
        assert session.document is not None
        before = len(session.trace.dispatches)
        session.document.add_handler("late", "a")
        session.emit("a")
        assert session.wait(PATIENCE_S)
        assert len(session.trace.dispatches) == before + 1
        return session.trace


@pytest.fixture
def lab(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Lab]:
    if not ENGINES[request.param].is_embedded:
        request.getfixturevalue(request.param)  # its broker
    lab = Lab(request.param, tmp_path)
    yield lab
    for session in lab.sessions:
        session.close()


def handlers_of(trace: Any, dispatch: int) -> list[str]:
    rows = np.flatnonzero(trace.calls.dispatch == trace.dispatches.id[dispatch])
    return [trace.names.text(int(name)) for name in trace.calls.handler[rows]]


def starts(trace: Any, handler: str) -> list[int]:
    ids = [ident for ident in trace.names.ids(NameKind.HANDLER) if trace.names.text(ident) == handler]
    return sorted(trace.calls.started_ns[np.isin(trace.calls.handler, ids)].tolist())


def no_subscriber(lab: Lab) -> str:
    trace = lab.run("events: {a: {}}\nscript: [{emit: a}]")
    return {Outcome.LOST: "lost", Outcome.KEPT: "kept"}[Outcome(int(trace.dispatches.outcome[0]))]


def late_subscriber(lab: Lab) -> str:
    trace = lab.run_and_add("events: {a: {}}\nscript: [{emit: a}]")
    assert handlers_of(trace, 1) == ["late"]
    return "gets it" if handlers_of(trace, 0) == ["late"] else "misses it"


def slow_consumer(lab: Lab) -> str:
    times = WORKERS + 1
    trace = lab.run(f"{SLOW}script: [{{emit: a, every: 1ms, times: {times}}}]")
    if trace.dispatches.emitted_ns[1] >= 10 * MS:
        return "blocks"
    slow, quick = starts(trace, "slow"), starts(trace, "quick")
    on_time = [number * MS for number in range(times)]
    if slow == on_time:
        assert quick == on_time
        return "piles up"
    if quick == on_time:
        assert slow == [number * 10 * MS for number in range(times)]
        return "queues"
    return "waits for a worker"


def handler_raises(lab: Lab) -> str:
    trace = lab.run(BROKEN)
    called = handlers_of(trace, 0)
    if "good" not in called:
        return "skips the rest"
    if called.count("bad") == 1:
        assert trace.names.text(int(trace.dispatches.event[1])) == "error"
        return "lost"
    assert (called.count("bad"), called.count("good")) == (3, 1)
    return "retried"


def crash_before_acknowledgement(lab: Lab) -> str:
    outcomes = lab.run(DIES).calls.outcome.tolist()
    assert outcomes[0] == Outcome.FAILED
    return "redelivered" if outcomes[1:] == [Outcome.OK] else "lost"


def restart(lab: Lab) -> str:
    path = lab.folder / "endless.yaml"
    keeps_what_is_heard = ENGINES[lab.engine].is_durable and table()["no subscriber"][lab.engine] == "lost"
    path.write_text(ENDLESS + (HEARD if keeps_what_is_heard else ""), encoding="utf-8")
    said = killed_after(20, "run", path, lab.engine)
    left = sqlite_runs.left_behind()
    if not left:
        return "lost"
    assert {words[-1] for words in said} <= set(BODIES[lab.engine](left[0]))
    return "kept"


def ordering(lab: Lab) -> str:
    trace = lab.run(UNEVEN)
    handled = np.flatnonzero(trace.calls.outcome == Outcome.OK)
    ended = handled[np.argsort(trace.calls.ended_ns[handled], kind="stable")]
    rows = trace.dispatches.rows_of(trace.calls.dispatch[ended]).tolist()
    return "kept" if rows == sorted(rows) else "broken"


def fan_out(lab: Lab) -> str:
    trace = lab.run(f"{SLOW}script: [{{emit: a, times: 3}}]")
    assert all(sorted(handlers_of(trace, row)) == ["quick", "slow"] for row in range(3))
    return "every handler"


def replay(lab: Lab) -> str:
    trace = lab.run_and_add(f"{SLOW}script: [{{emit: a, times: 3}}]")
    again = ["late" in handlers_of(trace, row) for row in range(3)]
    return {(True,) * 3: "from the beginning", (False,) * 3: "none"}[tuple(again)]


SITUATIONS: dict[str, Callable[[Lab], str]] = {
    "no subscriber": no_subscriber,
    "late subscriber": late_subscriber,
    "slow consumer": slow_consumer,
    "handler raises": handler_raises,
    "crash before acknowledgement": crash_before_acknowledgement,
    "restart": restart,
    "ordering": ordering,
    "fan-out": fan_out,
    "replay": replay,
}


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("lab", ENGINES, indirect=True)
def test_each_cell_of_the_table_is_what_a_run_shows(lab: Lab, situation: str) -> None:
    real = ENGINES[lab.engine].models or lab.engine
    if real != lab.engine and situation == "restart":
        pytest.skip("a model is gone with the process that it is in")
    assert SITUATIONS[situation](lab) == table()[situation][real]


def test_the_table_has_every_engine_and_every_situation() -> None:
    assert table().keys() == SITUATIONS.keys()
    real = {engine for engine, spec in ENGINES.items() if not spec.models}
    assert all(row.keys() == real for row in table().values())


REPLAYING = [engine for engine, word in table()["replay"].items() if word == "from the beginning"]


def first_offset(trace: Any) -> int | None:
    """Where the broker has the first event; None where its places are no numbers."""
    row = int(np.flatnonzero(trace.deliveries.view("kind") == Kind.CONFIRMED)[0])
    place = json.loads(trace.blobs.note(int(trace.deliveries.view("note")[row])))["place"]
    found = re.search(r"\boffset (\d+)$", place)
    return int(found.group(1)) if found else None


@pytest.mark.parametrize("lab", REPLAYING, indirect=True)
def test_a_late_handler_reads_the_log_from_where_it_says(lab: Lab) -> None:
    """Of six events a second apart, and one after it came; offsets are those that the inspector shows."""
    session = lab.session("events: {a: {}}\nscript: [{emit: a, every: 1s, times: 6}]")
    expected: dict[int | str | None, range] = {None: range(7), "2s": range(2, 7), "now": range(6, 7)}
    if (first := first_offset(session.trace)) is not None:
        expected |= {first + 3: range(3, 7), first + 100: range(0)}
    assert session.document is not None
    for number, start in enumerate(expected):
        session.document.add_handler(f"late{number}", "a", **({} if start is None else {"from": start}))
    session.emit("a")
    assert session.wait(PATIENCE_S)
    heard = [handlers_of(session.trace, row) for row in range(7)]
    for number, rows in enumerate(expected.values()):
        assert [row for row in range(7) if f"late{number}" in heard[row]] == list(rows)


@pytest.mark.parametrize("lab", REPLAYING, indirect=True)
def test_what_a_handler_passes_over_is_settled(lab: Lab) -> None:
    """One that is there from the beginning: the broker keeps nothing for it, and nothing is in flight."""
    text = "events: {a: {}}\nhandlers: {h: {on: a, from: 3s}}\nscript: [{emit: a, every: 1s, times: 6}]"
    session = lab.session(text)
    trace = session.trace
    assert [row for row in range(6) if handlers_of(trace, row)] == [3, 4, 5]
    assert (trace.dispatches.outcome == Outcome.OK).all()
    found = ledger.of_trace(trace)
    assert (found.emitted, found.handled, found.kept, found.open) == (6, 6, 0, 0)
