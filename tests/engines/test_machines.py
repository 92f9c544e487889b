"""Several machines on one run: workers join through the broker, share the work, are killed, and nothing is lost."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import aio_pika
import numpy as np
import pytest

from bus.analysis import ledger
from bus.contract.peer_messages import OWNER
from bus.engines.kafka import letters as kafka_letters
from bus.engines.kafka import names as kafka_names
from bus.engines.kafka.admin import Admin
from bus.engines.rabbitmq.letters import mailbox_name
from bus.session import Session
from bus.settings import Settings
from bus.sharing.merging import FIRST_ID, DeliveryStep
from bus.trace import Trace
from buslens.records import Kind, Outcome
from tests.helpers.joined_workers import Joined
from tests.helpers.live import until
from tests.helpers.rabbit import with_channel
from tests.helpers.told import logged

PARTITIONS = 8
FINISHED_S = 180.0

SHARED = """buslens: 1
events: {a: {}, b: {}}
handlers:
  h: {on: a, do: [{wait: 30ms}, {emit: b, with: $event.payload}]}
  g: {on: b, do: [{log: "${event.payload}"}]}
script: [{wait: 1ms}]
"""
MOST_WAITING = 100
Start = Callable[..., Joined]


class Stage:
    """A scenario, a run of it and workers."""

    def __init__(self, folder: Path, engine: str) -> None:
        self.folder = folder
        self.engine = engine
        self.path = folder / "scenario.yaml"
        self.workers: list[Joined] = []
        self.emitted = 0
        """Of `a`, by `feed`; their payloads are 1 to this."""

        self.session = Session(Settings(), trusted=bool)

    def scenario(self, text: str) -> None:
        self.path.write_text(text)

    def worker(self, handlers: str = "h,g") -> Joined:
        """One that will wait for the run, and does calls of these handlers."""
        log = self.folder / f"worker-{len(self.workers)}.log"
        made = Joined(self.path, self.engine, log, "--handlers", handlers)
        self.workers.append(made)
        return made

    def run(self) -> Session:
        """Begin it, when all workers wait for it: they have started side by side."""
        for worker in self.workers:
            worker.wait_for("waiting for a run")
        self.session.open_scenario(self.path)
        self.session.start(engine=self.engine, speed=1.0)
        return self.session

    def until(self, condition: Callable[[], bool]) -> None:
        until(self.session, condition)

    def feed(self, condition: Callable[[], bool]) -> None:
        """Emit `a` until it is so: however long workers take to join, something is left for them."""

        def fed() -> bool:
            if self.emitted - calls_well(self.session.trace, "h") < MOST_WAITING:
                self.emitted += 1
                self.session.emit("a", self.emitted)
            return condition()

        self.until(fed)

    def feed_calls_of(self, worker: Joined, count: int = 10) -> None:
        """Until it has begun so many of `h`."""
        self.feed(lambda: worker.says(" as ") and lanes(self.session.trace, "h")[worker.member] >= count)

    def finish(self) -> Trace:
        self.until(lambda: len(emitted(self.session.trace)) == self.emitted)
        # On a busy machine Kafka shares out a group's work anew more than once, for up to 20 s each time.
        until(self.session, lambda: self.session.engine_state.phase in ("finished", "failed"), FINISHED_S)
        assert self.session.engine_state.phase == "finished", self.session.engine_state
        assert not self.session.trace.damage
        return self.session.trace

    def close(self) -> None:
        self.session.close()
        for worker in self.workers:
            worker.kill()


@pytest.fixture(params=["rabbitmq", "kafka"])
def stage(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    server = request.getfixturevalue(request.param)
    if request.param == "kafka":
        monkeypatch.setenv(kafka_names.VARIABLE, f"{server.url}?partitions={PARTITIONS}&session=6")
    made = Stage(tmp_path, request.param)
    yield made
    made.close()


def calls_of(trace: Trace, handler: str) -> np.ndarray:
    """Rows of a handler's calls. Asked hundreds of times a second, on the interpreter that the run itself needs: what
    loops over the calls in Python takes the machine from those whom it waits for."""
    names = [name for name in np.unique(trace.calls.handler) if trace.names.text(int(name)) == handler]
    return np.flatnonzero(np.isin(trace.calls.handler, names))


def calls_well(trace: Trace, handler: str) -> int:
    """How many of its calls have ended well."""
    return int((trace.calls.outcome[calls_of(trace, handler)] == Outcome.OK).sum())


def handled(trace: Trace, handler: str) -> Counter[int]:
    """How often each event was handled well, by its payload."""
    calls = trace.calls
    well = [row for row in calls_of(trace, handler) if calls.outcome[row] == Outcome.OK]
    return Counter(int(trace.payload(trace.dispatches.row_of(int(calls.dispatch[row]))).value) for row in well)


def emitted(trace: Trace) -> set[int]:
    """The payloads of `a` that `feed` has sent."""
    rows = [row for row, name in enumerate(trace.dispatches.event) if trace.names.text(int(name)) == "a"]
    return {int(trace.payload(row).value) for row in rows} - {-1}


def assert_done(stage: Stage, handler: str) -> None:
    """For each `a`; and once, but where a rebalance of Kafka's moves what was handed out and not committed."""
    trace = stage.session.trace
    wanted, done = emitted(trace), handled(trace, handler)
    rebalances = [mark for mark in logged(trace) if "rebalance" in mark]
    assert set(done) == wanted, (sorted(wanted - set(done)), logged(trace))
    assert max(done.values()) <= 1 + len(rebalances), (done.most_common(5), rebalances)
    assert stage.engine == "kafka" or not rebalances


def lanes(trace: Trace, handler: str) -> Counter[str]:
    """Where its calls ran: the worker's name, or here."""
    found: Counter[str] = Counter()
    for lane, count in zip(*np.unique(trace.calls.lane[calls_of(trace, handler)], return_counts=True), strict=True):
        name = trace.names.text(int(lane))
        found[name.partition("@")[0] if "@" in name else "here"] += int(count)
    return found


def whereabouts(trace: Trace, chosen: Any) -> list[tuple[str, str, float]]:
    """Of each call: where its event was emitted, where it began, and how long after in ms."""
    calls, found = trace.calls, []
    for row in np.flatnonzero(chosen):
        cause = int(trace.dispatches.parent_call[trace.dispatches.row_of(int(calls.dispatch[row]))])
        emitter = trace.names.text(int(calls.lane[calls.rows_of(np.array([cause]))[0]])) if cause else "here"
        after = float(calls.started_ns[row] - calls.emitted_ns[row]) / 1e6
        found.append((emitter, trace.names.text(int(calls.lane[row])), after))
    return found


def test_two_workers_share_the_calls_with_us_and_all_is_on_one_timeline(stage: Stage) -> None:
    stage.scenario(SHARED)
    workers = [stage.worker(), stage.worker()]
    stage.run()
    for worker in workers:
        stage.feed_calls_of(worker)
    trace = stage.finish()
    joined = stage.session.engine_state.workers
    assert {each.title.split()[1] for each in joined} == {worker.member for worker in workers}
    assert all(each.clock.startswith("its clock is ") for each in joined)
    assert_done(stage, "h")
    assert_done(stage, "g")
    shares = lanes(trace, "h")
    assert set(shares) == {"here", *(worker.member for worker in workers)}
    # Every nested event has its cause, wherever that ran; and no call begins before its event.
    nested = trace.dispatches.parent_call > 0
    assert (trace.calls.rows_of(trace.dispatches.parent_call[nested]) >= 0).all()
    # With Kafka something may be done once more when the run is over already.
    assert set(trace.dispatches.outcome.tolist()) - {Outcome.RUNNING} == {Outcome.OK}
    assert stage.engine == "kafka" or Outcome.RUNNING not in trace.dispatches.outcome
    # As exactly as their clocks are known.
    error_ns = 1e6 * sum(float(each.clock.split("give or take ")[1].split()[0]) for each in joined)
    too_early = trace.calls.started_ns - trace.calls.emitted_ns < -5e6 - error_ns
    assert not too_early.any(), (error_ns, whereabouts(trace, too_early))
    assert sum("has joined; its clock is" in mark for mark in logged(trace)) == 2
    stage.session.close()
    for worker in workers:
        worker.wait_for("left buslens-")
        assert worker.kill(signal.SIGTERM) == 0
        assert "Traceback" not in worker.log.read_text()


def test_a_killed_worker_loses_nothing_and_others_take_over(stage: Stage) -> None:
    stage.scenario(SHARED)
    killed, other = stage.worker(), stage.worker()
    stage.run()
    stage.feed_calls_of(killed)
    killed.kill()
    stage.feed_calls_of(other)
    trace = stage.finish()
    assert set(handled(trace, "h")) == set(handled(trace, "g")) == emitted(trace)
    # What it had not acknowledged was done again, and nothing else: at most what it held.
    again = sum(handled(trace, "h").values()) - len(emitted(trace))
    assert stage.engine == "kafka" or again <= 20
    stage.until(lambda: any(f"{killed.member} on" in one and "is gone" in one for one in logged(stage.session.trace)))


@pytest.mark.parametrize("stage", ["rabbitmq"], indirect=True)
def test_a_worker_that_serves_one_handler_leaves_the_others_alone(stage: Stage) -> None:
    stage.scenario(SHARED)
    worker = stage.worker("h")
    stage.run()
    stage.feed_calls_of(worker)
    trace = stage.finish()
    assert_done(stage, "g")
    assert set(lanes(trace, "g")) == {"here"}


def test_a_handler_that_fails_there_is_tried_again_and_becomes_a_dead_letter(stage: Stage) -> None:
    stage.scenario(
        "buslens: 1\nevents: {a: {}}\nhandlers:\n"
        "  h: {on: a, attempts: 3, do: [{wait: 50ms}, {fail: {if: event.payload % 5 == 0}}]}\n"
        "script: [{wait: 1ms}]"
    )
    worker = stage.worker("h")
    stage.run()
    stage.feed_calls_of(worker)
    trace = stage.finish()
    bad = {number for number in emitted(trace) if number % 5 == 0}
    assert set(handled(trace, "h")) == emitted(trace) - bad
    assert (trace.calls.outcome == Outcome.FAILED).sum() >= 3 * len(bad)
    assert ledger.of_trace(trace).dead == len(bad)


def test_strangers_letters_harm_nothing(stage: Stage) -> None:
    stage.scenario(SHARED)
    worker = stage.worker()
    stage.run()
    stage.feed_calls_of(worker)
    if stage.engine == "kafka":
        send_on_kafka(worker.run, worker.member)
    else:
        send_on_rabbitmq(worker.run, worker.member)
    stage.feed_calls_of(worker, 30)
    trace = stage.finish()
    assert_done(stage, "h")
    assert sum("cannot be read" in mark for mark in logged(trace)) == 1


JUNK = [b"", b"{}\n", b"\xff" * 1000, b'{"member": "w-x", "now": 1, "number": 1}\nBUSLENS\x00nonsense', b"x" * 10**6]


def send_on_rabbitmq(run: str, member: str) -> None:
    async def send(channel: Any) -> None:
        for body in JUNK:
            for mailbox in (OWNER, member):
                await channel.default_exchange.publish(aio_pika.Message(body), mailbox_name(run, mailbox))

    with_channel(send)


def send_on_kafka(run: str, member: str) -> None:
    from confluent_kafka import Producer

    producer = Producer({**kafka_names.settings(kafka_names.address()), "message.max.bytes": 2_000_000})
    for body in JUNK:
        for mailbox in (OWNER, member):
            producer.produce(kafka_letters.mailbox_topic(run, mailbox), body)
    assert producer.flush(20) == 0


@pytest.mark.parametrize("stage", ["rabbitmq"], indirect=True)
def test_a_run_that_is_not_there_is_said_in_one_sentence(stage: Stage) -> None:
    stage.scenario(SHARED)
    worker = Joined(stage.path, stage.engine, stage.folder / "lost.log", "--run", "buslens-nowhere")
    stage.workers.append(worker)
    worker.wait_for("there is no run buslens-nowhere")
    assert worker.ended() == 2
    assert "Traceback" not in worker.log.read_text()
    other = Joined(stage.path, "sqlite", stage.folder / "sqlite.log")
    stage.workers.append(other)
    other.wait_for("cannot be joined")


def test_a_broker_that_is_killed_under_a_shared_run_loses_nothing(stage: Stage, request: pytest.FixtureRequest) -> None:
    server = request.getfixturevalue(stage.engine)
    stage.scenario(SHARED)
    worker = stage.worker()
    stage.run()
    # RabbitMQ 3.10 itself forgets a quorum queue that is killed in its first two seconds.
    stage.feed(lambda: calls_well(stage.session.trace, "h") >= 100 and worker.says(" as "))
    server.kill()
    stage.until(lambda: "gone for" in stage.session.engine_state.trouble)
    server.up()
    trace = stage.finish()
    assert set(handled(trace, "h")) == set(handled(trace, "g")) == emitted(trace)


class Groups:
    """How far the groups of SHARED have come, and whether one of them ever went back."""

    def __init__(self, run: str) -> None:
        self._admin = Admin(kafka_names.address())
        self._run = run
        self._highest: Counter[tuple[str, int]] = Counter()

    def have_all(self) -> bool:
        """Whether nothing is left for any of them."""
        topics = {handler: kafka_names.topic_name(self._run, event) for handler, event in (("h", "a"), ("g", "b"))}
        ends = self._admin.ends(list(topics.values()), PARTITIONS)
        committed: Counter[tuple[str, int]] = Counter()
        for handler in topics:
            committed |= Counter(self._admin.committed(kafka_names.group_name(self._run, handler)))
        assert committed >= self._highest, "a group went back"
        self._highest = committed
        return committed == Counter(
            {(topic, number): high for topic, found in ends.items() for number, (_, high) in found.items() if high}
        )


@pytest.mark.parametrize("stage", ["kafka"], indirect=True)
def test_a_member_that_was_stopped_for_longer_than_its_session_takes_nothing_back(
    stage: Stage, kafka: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(kafka_names.VARIABLE, f"{kafka.url}?partitions={PARTITIONS}&session=2")
    stage.scenario(SHARED)
    worker = stage.worker()
    session = stage.run()
    stage.feed_calls_of(worker)
    worker.send(signal.SIGSTOP)
    stage.finish()  # we have got what it held
    assert set(handled(session.trace, "h")) == set(handled(session.trace, "g")) == emitted(session.trace)
    groups = Groups(worker.run)
    assert groups.have_all()
    worker.send(signal.SIGCONT)
    # What it had in its hands when it was stopped is settled there now, and is not its own any more.
    stage.until(
        lambda: (
            groups.have_all() and any(mark.startswith("rebalance: h no longer has") for mark in logged(session.trace))
        )
    )
    session.emit("a", -1, times=50)
    stage.until(lambda: handled(session.trace, "g")[-1] >= 50)
    stage.finish()
    stage.until(groups.have_all)
    found = ledger.of_trace(session.trace)
    assert (found.kept, found.open, found.lost, found.dead) == (0, 0, 0, 0), found


@pytest.mark.parametrize("stage", ["kafka"], indirect=True)
def test_a_run_that_waits_in_vain_for_others_asks_the_broker(stage: Stage) -> None:
    stage.scenario(SHARED)
    worker = stage.worker()
    stage.run()
    stage.feed_calls_of(worker)
    runner = stage.session._runner
    assert runner is not None
    engine: Any = runner._stage.engine
    # As if what it tells had never come to the broker: something is on its way to nobody.
    lost = DeliveryStep(Kind.DISPATCH_EMITTED, 1_000 * FIRST_ID, "a")
    runner._thread.call(engine._in_flight.heard, lost)
    trace = stage.finish()
    assert set(handled(trace, "g")) == emitted(trace)
