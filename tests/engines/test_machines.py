"""Several machines on one run: workers join through the broker, share the work, are killed, and nothing is lost."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import aio_pika
import pytest

from bus.analysis import ledger
from bus.engines import kafka_letters, kafka_names
from bus.engines.kafka_admin import Admin
from bus.engines.rabbitmq_letters import mailbox_name
from bus.machines.letters import OWNER
from bus.session import Session
from bus.settings import Settings
from bus.trace import Trace
from buslens.records import Outcome
from tests.helpers.joined_workers import Joined
from tests.helpers.rabbit import until, with_channel

PARTITIONS = 8
FINISHED_S = 180.0

SHARED = """buslens: 1
events: {a: {}, b: {}}
handlers:
  h: {on: a, do: [{wait: 30ms}, {emit: b, with: $event.payload}]}
  g: {on: b, do: [{log: "${event.payload}"}]}
script: [{wait: 1s}, {emit: a, with: $count, every: 5ms, times: 200}]
"""
Start = Callable[..., Joined]


class Stage:
    """A scenario, a run of it and workers."""

    def __init__(self, folder: Path, engine: str) -> None:
        self.folder = folder
        self.engine = engine
        self.path = folder / "scenario.yaml"
        self.workers: list[Joined] = []
        self.session = Session(Settings(), trusted=bool)

    def scenario(self, text: str) -> None:
        self.path.write_text(text)

    def worker(self, *arguments: str) -> Joined:
        """One that waits for the run."""
        made = Joined(self.path, self.engine, self.folder / f"worker-{len(self.workers)}.log", *arguments)
        self.workers.append(made)
        made.wait_for("waiting for a run" if "--run" not in arguments else "")
        return made

    def run(self) -> Session:
        self.session.open_scenario(self.path)
        self.session.start(engine=self.engine, speed=1.0)
        return self.session

    def until(self, condition: Callable[[], bool]) -> None:
        until(self.session, condition)

    def finish(self) -> Trace:
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


def handled(trace: Trace, handler: str) -> Counter[int]:
    """How often each event was handled well, by its payload."""
    calls = trace.calls
    rows = [row for row in range(len(calls)) if trace.names.text(int(calls.handler[row])) == handler]
    well = [row for row in rows if calls.outcome[row] == Outcome.OK]
    return Counter(int(trace.payload(trace.dispatches.row_of(int(calls.dispatch[row]))).value) for row in well)


def assert_done(stage: Stage, handler: str, wanted: set[int]) -> None:
    """All of them; and once, but where a rebalance of Kafka's moves what was handed out and not committed."""
    trace = stage.session.trace
    done = handled(trace, handler)
    rebalances = [mark for mark in marks(trace) if "rebalance" in mark]
    assert set(done) == wanted, (sorted(wanted - set(done)), marks(trace))
    assert max(done.values()) <= 1 + len(rebalances), (done.most_common(5), rebalances)
    assert stage.engine == "kafka" or not rebalances


def lanes(trace: Trace, handler: str) -> Counter[str]:
    """Where its calls ran: the worker's name, or here."""
    calls = trace.calls
    rows = [row for row in range(len(calls)) if trace.names.text(int(calls.handler[row])) == handler]
    names = [trace.names.text(int(calls.lane[row])) for row in rows]
    return Counter(name.partition("@")[0] if "@" in name else "here" for name in names)


def marks(trace: Trace) -> list[str]:
    return [trace.marks.text(row) for row in range(len(trace.marks))]


def test_two_workers_share_the_calls_with_us_and_all_is_on_one_timeline(stage: Stage) -> None:
    stage.scenario(SHARED)
    workers = [stage.worker(), stage.worker()]
    stage.run()
    trace = stage.finish()
    joined = stage.session.engine_state.workers
    assert {each.title.split()[1] for each in joined} == {worker.member for worker in workers}
    assert all(each.clock.startswith("its clock is ") for each in joined)
    assert_done(stage, "h", set(range(1, 201)))
    assert_done(stage, "g", set(range(1, 201)))
    shares = lanes(trace, "h")
    assert set(shares) == {"here", *(worker.member for worker in workers)}
    assert min(shares.values()) >= 5
    # Every nested event has its cause, wherever that ran; and no call begins before its event.
    nested = trace.dispatches.parent_call > 0
    assert (trace.calls.rows_of(trace.dispatches.parent_call[nested]) >= 0).all()
    # With Kafka something may be done once more when the run is over already.
    assert set(trace.dispatches.outcome.tolist()) - {Outcome.RUNNING} == {Outcome.OK}
    assert stage.engine == "kafka" or Outcome.RUNNING not in trace.dispatches.outcome
    # As exactly as their clocks are known.
    error_ns = 1e6 * sum(float(each.clock.split("give or take ")[1].split()[0]) for each in joined)
    assert (trace.calls.started_ns - trace.calls.emitted_ns >= -5e6 - error_ns).all()
    assert sum("has joined; its clock is" in mark for mark in marks(trace)) == 2
    stage.session.close()
    for worker in workers:
        worker.wait_for("left buslens-")
        assert worker.kill(signal.SIGTERM) == 0
        assert "Traceback" not in worker.log.read_text()


def test_a_killed_worker_loses_nothing_and_others_take_over(stage: Stage) -> None:
    stage.scenario(SHARED)
    killed, other = stage.worker(), stage.worker()
    stage.run()
    stage.until(lambda: lanes(stage.session.trace, "h")[killed.member if killed.says(" as ") else "?"] >= 10)
    killed.kill()
    trace = stage.finish()
    assert set(handled(trace, "h")) == set(range(1, 201))
    assert set(handled(trace, "g")) == set(range(1, 201))
    # What it had not acknowledged was done again, and nothing else: at most what it held.
    assert sum(handled(trace, "h").values()) <= 200 + 20 * (1 if stage.engine == "rabbitmq" else 5)
    assert lanes(trace, "h")[other.member] >= 5
    stage.until(lambda: any(f"{killed.member} on" in mark and "is gone" in mark for mark in marks(stage.session.trace)))


@pytest.mark.parametrize("stage", ["rabbitmq"], indirect=True)
def test_a_worker_that_serves_one_handler_leaves_the_others_alone(stage: Stage) -> None:
    stage.scenario(SHARED.replace("times: 200", "times: 60"))
    worker = stage.worker("--handlers", "h")
    stage.run()
    trace = stage.finish()
    assert_done(stage, "g", set(range(1, 61)))
    assert set(lanes(trace, "g")) == {"here"}
    assert lanes(trace, "h")[worker.member] >= 10


def test_a_handler_that_fails_there_is_tried_again_and_becomes_a_dead_letter(stage: Stage) -> None:
    stage.scenario(
        "buslens: 1\nevents: {a: {}}\nhandlers:\n"
        "  h: {on: a, attempts: 3, do: [{wait: 50ms}, {fail: {if: event.payload % 5 == 0}}]}\n"
        "script: [{wait: 1s}, {emit: a, with: $count, every: 5ms, times: 60}]"
    )
    worker = stage.worker()
    stage.run()
    trace = stage.finish()
    assert_done(stage, "h", {n for n in range(1, 61) if n % 5})
    assert (trace.calls.outcome == Outcome.FAILED).sum() >= 12 * 3
    assert lanes(trace, "h")[worker.member] >= 2


def test_strangers_letters_harm_nothing(stage: Stage) -> None:
    stage.scenario(SHARED.replace("times: 200", "times: 100"))
    worker = stage.worker()
    session = stage.run()
    stage.until(lambda: worker.says("joined ") and len(session.trace.calls) > 5)
    run = worker.log.read_text().split("joined ")[1].split()[0]
    if stage.engine == "kafka":
        send_on_kafka(run, worker.member)
    else:
        send_on_rabbitmq(run, worker.member)
    trace = stage.finish()
    assert_done(stage, "h", set(range(1, 101)))
    assert sum("cannot be read" in mark for mark in marks(trace)) == 1


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
    stage.until(lambda: len(handled(stage.session.trace, "h")) >= 100 and worker.says(" as "))
    server.kill()
    stage.until(lambda: "gone for" in stage.session.engine_state.trouble)
    server.up()
    trace = stage.finish()
    assert set(handled(trace, "h")) == set(range(1, 201))
    assert set(handled(trace, "g")) == set(range(1, 201))


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
    stage.until(lambda: worker.says(" as ") and lanes(session.trace, "h")[worker.member] >= 10)
    worker.send(signal.SIGSTOP)
    stage.finish()  # we have got what it held
    assert set(handled(session.trace, "h")) == set(handled(session.trace, "g")) == set(range(1, 201))
    groups = Groups(worker.run)
    assert groups.have_all()
    worker.send(signal.SIGCONT)
    # What it had in its hands when it was stopped is settled there now, and is not its own any more.
    stage.until(
        lambda: (
            groups.have_all() and any(mark.startswith("rebalance: h no longer has") for mark in marks(session.trace))
        )
    )
    session.emit("a", 201, times=50)
    stage.until(lambda: handled(session.trace, "g")[201] >= 50)
    stage.finish()
    stage.until(groups.have_all)
    found = ledger.of_trace(session.trace)
    assert (found.in_flight, found.dropped, found.dead_lettered) == (0, 0, 0), found


@pytest.mark.parametrize("stage", ["kafka"], indirect=True)
def test_a_run_that_waits_in_vain_for_others_asks_the_broker(stage: Stage) -> None:
    stage.scenario(SHARED.replace("times: 200", "times: 40"))
    worker = stage.worker()
    stage.run()
    stage.until(lambda: worker.says("joined ") and len(handled(stage.session.trace, "h")) >= 5)
    runner = stage.session._runner
    assert runner is not None
    engine: Any = runner._stage.engine
    # As if a letter had been lost: something is on its way to nobody.
    runner._loop.call_soon_threadsafe(engine._whereabouts.emitted, 10**9, "a", ["h"])
    trace = stage.finish()
    assert set(handled(trace, "g")) == set(range(1, 41))
