"""Handlers on Celery's workers, with RabbitMQ and with Redis as the broker: killed, stopped, slow, hostile."""

from __future__ import annotations

import math
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.cli_clean import clean
from bus.runs import sqlite_runs
from bus.scenario.texts import ScenarioTexts
from bus.session import Session
from bus.settings import Settings
from bus.workers import celery_app
from buslens.records import Kind, Outcome
from tests.helpers.celery_workers import Worker
from tests.helpers.killing import killed_after
from tests.helpers.patience import wait_until
from tests.helpers.ports import free_port
from tests.helpers.rabbit import servers
from tests.helpers.told import failure, logged, work

pytest.importorskip("celery", reason="Celery is not installed: pip install 'buslens[celery]'")
HEAD = """buslens: 1
events: {a: {}, b: {}}
handlers:
  h:
    on: a
    worker: celery
"""


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    kind = servers().Redis
    if not kind.program():
        pytest.skip("Redis is not installed: python3 dev.py brokers up")
    server = kind(tmp_path_factory.mktemp("redis"), free_port())
    server.up()
    yield server
    server.kill()


@pytest.fixture(params=["rabbitmq", "redis"])
def broker(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Celery's broker, by its address in the environment."""
    server = request.getfixturevalue(f"{request.param}_server")
    server.up()
    monkeypatch.setenv(celery_app.VARIABLE, server.url)
    return server


class Stage:
    """A scenario file, sessions that run it, and workers that serve it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "scenario.yaml"
        self.sessions: list[Session] = []
        self.workers: list[Worker] = []

    def scenario(self, text: str) -> None:
        """Write the file."""
        self.path.write_text(HEAD + text)

    def worker(self, *arguments: str) -> Worker:
        """Start a worker and wait until it is ready."""
        made = Worker(self.path, self.folder / f"worker-{len(self.workers)}.log", *arguments)
        self.workers.append(made)
        wait_until(lambda: made.is_ready, made.log.read_text)
        return made

    def run(self, engine: str = "pyee", speed: float = 1.0) -> Session:
        """Begin a run."""
        session = Session(Settings(), trusted=bool)
        self.sessions.append(session)
        session.open_scenario(self.path)
        session.start(engine=engine, speed=speed)
        return session

    def until(self, session: Session, condition: Callable[[], bool]) -> None:
        """Pump until it is so."""
        wait_until(lambda: session.pump() is None or condition(), lambda: (session.engine_state, logged(session.trace)))

    def finished(self, session: Session) -> Session:
        """Pump to the end."""
        self.until(session, lambda: session.engine_state.phase in ("finished", "failed"))
        assert session.engine_state.phase == "finished", session.engine_state
        return session

    def close(self) -> None:
        for worker in self.workers:
            worker.kill()
        for session in self.sessions:
            session.close()


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize("engine", ["pyee", "pyee-asyncio", "sqlite"])
def test_calls_are_done_by_the_worker_and_every_step_is_seen(broker: Any, engine: str, stage: Stage) -> None:
    stage.scenario(
        "    do: [{log: 'a ${event.payload}'}, {count: n}, {wait: 200ms}, {emit: b, with: $event.payload}]\n"
        "  after: {on: b, do: [{log: 'b ${event.payload}'}]}\nscript: [{emit: a, with: $count, times: 4}]\n"
    )
    worker = stage.worker("--processes", "4")
    session = stage.finished(stage.run(engine, speed=math.inf))
    assert sorted(logged(session.trace)) == [f"{name} {n}" for name in "ab" for n in range(1, 5)]
    assert set(session.trace.calls.outcome.tolist()) == {Outcome.OK}
    assert session.engine_state.virtual_ns == pytest.approx(200e6, abs=20e6)
    for number in range(4):
        kinds = [kind for kind, _ in work(session.trace, number)]
        assert kinds == [Kind.WORK_SENT, Kind.WORK_RECEIVED, Kind.WORK_STARTED, Kind.WORK_SUCCEEDED]
        assert {note.partition("@")[0] for _, note in work(session.trace, number)[1:]} == {f"buslens-{worker.pid}"}


def test_a_failure_is_tried_again_and_points_into_the_file(broker: Any, stage: Stage) -> None:
    stage.scenario(
        "    attempts: 2\n    do:\n      - log: again\n      - fail: {error: TooHot, message: oh}\n"
        "script: [{emit: a}]\n"
    )
    stage.worker()
    session = stage.finished(stage.run())
    assert failure(session.trace) == ("TooHot", "oh")
    assert "line 10, in h" in str(session.trace.error(0))
    assert logged(session.trace) == ["again", "again"]
    kinds = [kind for kind, _ in work(session.trace)]
    assert kinds.count(Kind.WORK_STARTED) == 2
    assert (kinds.count(Kind.WORK_RETRIED), kinds.count(Kind.WORK_FAILED)) == (1, 1)


def test_where_the_handler_says_retry_each_attempt_is_a_call_and_a_task_of_its_own(broker: Any, stage: Stage) -> None:
    stage.scenario("    retry: {attempts: 3}\n    do: [{fail: {if: count < 3}}]\nscript: [{emit: a}]\n")
    stage.worker()
    session = stage.finished(stage.run())
    calls = session.trace.calls
    assert calls.attempt.tolist() == [1, 2, 3]
    assert calls.outcome.tolist() == [Outcome.FAILED, Outcome.FAILED, Outcome.OK]
    assert Kind.WORK_RETRIED not in [kind for kind, _ in work(session.trace)]


def test_a_killed_process_of_a_worker_has_its_call_done_again(broker: Any, stage: Stage) -> None:
    stage.scenario("    do: [{log: begun}, {wait: 500ms}, {log: done}]\nscript: [{emit: a}]\n")
    worker = stage.worker("--processes", "1")
    session = stage.run()
    stage.until(session, lambda: logged(session.trace) == ["begun"])
    os.kill(_child_of(worker.pid), signal.SIGKILL)
    stage.finished(session)
    assert logged(session.trace) == ["begun", "begun", "done"]
    assert session.trace.calls.outcome.tolist() == [Outcome.OK]


def _child_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])


def test_a_handler_that_always_crashes_is_given_up_after_its_attempts(rabbitmq: Any, stage: Stage) -> None:
    stage.scenario("    attempts: 2\n    do: [{log: begun}, {crash: always}]\nscript: [{emit: a}]\n")
    stage.worker("--processes", "1")
    session = stage.finished(stage.run())
    assert failure(session.trace) == ("WorkerLost", "the Celery worker died in each of 2 attempts")
    assert logged(session.trace).count("begun") >= 2


def test_two_workers_share_the_calls_and_one_takes_over_from_the_other(rabbitmq: Any, stage: Stage) -> None:
    stage.scenario(
        "    parallel: 8\n    do: [{wait: 100ms}, {log: '${event.payload}'}]\n"
        "script: [{emit: a, with: $count, times: 40}]\n"
    )
    one, other = stage.worker("--processes", "2"), stage.worker("--processes", "2")
    session = stage.run()
    stage.until(session, lambda: len(logged(session.trace)) >= 10)
    one.kill()
    stage.finished(session)
    assert set(logged(session.trace)) == {str(n) for n in range(1, 41)}  # one or two may be there twice
    assert set(session.trace.calls.outcome.tolist()) == {Outcome.OK}
    hosts = {
        note.partition("@")[0]
        for n in range(40)
        for kind, note in work(session.trace, n)
        if kind == Kind.WORK_SUCCEEDED
    }
    assert hosts == {f"buslens-{worker.pid}" for worker in (one, other)}


def test_without_a_worker_a_person_is_told_how_to_start_one(rabbitmq: Any, stage: Stage) -> None:
    stage.scenario("    do: [{log: done}]\nscript: [{emit: a}]\n")
    session = stage.run()
    stage.until(session, lambda: len(logged(session.trace)) == 1)
    assert "buslens worker" in logged(session.trace)[0]
    stage.worker()
    stage.finished(session)
    assert logged(session.trace)[1:] == ["done"]


def test_stop_ends_calls_that_wait_for_a_worker(rabbitmq: Any, stage: Stage) -> None:
    stage.scenario("    do: [{wait: forever}]\nscript: [{emit: a, times: 3}]\n")
    stage.worker("--processes", "1")
    session = stage.run()
    stage.until(session, lambda: any(Kind.WORK_STARTED in dict(work(session.trace, number)) for number in range(3)))
    session.stop()
    stage.until(session, lambda: session.engine_state.phase == "idle")
    assert Outcome.OK not in session.trace.calls.outcome.tolist()


def test_a_broker_that_is_gone_for_a_while_loses_no_call(rabbitmq: Any, stage: Stage) -> None:
    stage.scenario(
        "    parallel: 4\n    do: [{wait: 20ms}, {log: '${event.payload}'}]\n"
        "script: [{emit: a, with: $count, every: 50ms, times: 60}]\n"
    )
    stage.worker("--processes", "2")
    session = stage.run()
    stage.until(session, lambda: len(logged(session.trace)) >= 10)
    rabbitmq.down()
    rabbitmq.up()
    stage.finished(session)
    done = {line for line in logged(session.trace) if line.isdigit()}
    failed = [session.trace.error(int(row)) for row in np.flatnonzero(session.trace.calls.outcome == Outcome.FAILED)]
    # Every call is accounted for: done, or refused by the broker that was not there.
    assert len(done) + len(failed) == 60
    assert all(error is not None and error.type == "WorkerLost" for error in failed)


def test_code_runs_only_in_a_worker_that_trusts_it(rabbitmq: Any, stage: Stage) -> None:
    stage.scenario('    do: [{python: "log(payload + 1)"}]\nscript: [{emit: a, with: 5}]\n')
    refused = Worker(stage.path, stage.folder / "refused.log")
    stage.workers.append(refused)
    wait_until(lambda: "--trust" in refused.log.read_text(), refused.log.read_text)
    assert "Traceback" not in refused.log.read_text()
    stage.worker("--trust")
    session = stage.finished(stage.run())
    assert logged(session.trace) == ["6"]


def test_hostile_messages_harm_neither_the_run_nor_the_worker(rabbitmq: Any, stage: Stage) -> None:
    stage.scenario("    do: [{wait: 300ms}, {log: done}]\nscript: [{emit: a, times: 2}]\n")
    stage.worker("--processes", "1")
    app = celery_app.application(celery_app.address())
    workers = celery_app.queue_of(ScenarioTexts(stage.path.read_text()).content_hash)
    for request in (None, {}, {"handler": "nobody"}, {"handler": ["h"], "replies": 5, "seed": "x"}, 7):
        app.send_task(celery_app.TASK, (request,), queue=workers)
    app.send_task("os.system", ("touch /tmp/buslens-was-here",), queue=workers)
    session = stage.run()
    stage.until(session, lambda: any(Kind.WORK_STARTED in dict(work(session.trace, number)) for number in range(2)))
    replies = f"{next(sqlite_runs.home().glob('*-celery')).name.removesuffix('-celery')}.replies"
    with app.producer_pool.acquire(block=True) as producer:
        for body in (None, 5, {}, {"task": 1}, {"task": "x", "emit": 3}, {"task": "x" * 100_000}):
            # A pool may hold a connection that a broker of an earlier test has closed: Celery itself tries again, too.
            producer.publish(body, routing_key=replies, serializer="json", retry=True)
        producer.publish(b"\x80\x04.", routing_key=replies, content_type="application/x-python-serialize")
    stage.finished(session)
    app.close()
    assert logged(session.trace) == ["done", "done"]
    assert not Path("/tmp/buslens-was-here").exists()


def test_without_a_broker_one_sentence_says_so(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    for scheme in ("amqp", "redis"):
        monkeypatch.setenv(celery_app.VARIABLE, f"{scheme}://me:secret@127.0.0.1:{port}/")
        stage.scenario("    do: []\nscript: [{emit: a}]\n")
        session = stage.run()
        stage.until(session, lambda: session.engine_state.phase == "failed")  # noqa: B023
        said = session.engine_state.message
        assert f"there is no Celery broker at {scheme}://127.0.0.1:{port}/" in said
        assert "worker: process" in said
        assert "secret" not in said


def test_clean_removes_what_a_killed_run_left(broker: Any, stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    stage.scenario("    do: [{wait: forever}]\nscript: [{emit: a}]\n")
    killed_after(1, "run", stage.path, "pyee")
    left = [path for path in sqlite_runs.left_behind() if path.name.endswith("-celery")]
    assert len(left) == 1
    assert clean() == 0
    assert f"removed {left[0]}" in capsys.readouterr().out
