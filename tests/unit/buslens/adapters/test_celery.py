"""What the probe shows of a Celery application: real tasks, run as a worker runs them; the broker is in memory."""

from __future__ import annotations

import json
import pickle
import uuid
from collections.abc import Iterator
from typing import Any

import celery
import pytest
from celery.app.task import Task
from celery.app.trace import build_tracer
from celery.contrib.testing.worker import start_worker
from kombu.exceptions import OperationalError
from kombu.message import Message

import buslens
from buslens.adapters.celery import AppHooks
from buslens.recorder import Recorder
from buslens.records import Outcome
from buslens.watching.sent_messages import SENT
from tests.helpers.patience import PATIENCE_S, wait_until
from tests.unit.buslens.facts import Facts

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def app() -> Iterator[Any]:
    made = celery.Celery("shop", broker="memory://", backend="disabled", set_as_current=False)
    made.conf.task_default_queue = f"tasks-{uuid.uuid4().hex}"  # the broker is one for the whole process

    @made.task(name="charge", bind=True, max_retries=1, shared=False)
    def charge(self: Any, order: int, fast: bool = False) -> str:
        if order < 0:
            raise ValueError("no such order")
        if order == 0:
            raise self.retry(exc=KeyError("card"), countdown=0)
        ship.delay(order)
        return "charged"

    @made.task(name="ship", shared=False)
    def ship(order: int) -> str:
        return "shipped"

    yield made
    found = AppHooks.of(made)
    if found is not None and found.probe is not None:
        found.probe.detach()
    made.close()


def run(app: Any, name: str, ident: str, *args: Any, **request: Any) -> Any:
    """As a worker does with what it got."""
    task = app.tasks[name]
    if task.__trace__ is None:
        task.__trace__ = build_tracer(name, task, app=app)
    told = {"id": ident, "hostname": "w1@here", "delivery_info": {"routing_key": "celery"}, **request}
    return task.__trace__(ident, args, {}, told)


def watched(app: Any) -> tuple[buslens.Probe, Recorder]:
    probe = buslens.attach(app)
    return probe, probe.recorder


def test_sending_a_task_is_a_dispatch_with_its_arguments_and_id(app: Any) -> None:
    _, recorder = watched(app)
    result = app.tasks["charge"].apply_async((7,), {"fast": True}, queue="cards", headers={"traceparent": TRACEPARENT})
    facts = Facts(recorder)
    dispatch = facts.one("charge")
    assert dispatch.payload == {"args": [7], "kwargs": {"fast": True}}
    (kind, queue, _, _, note) = facts.steps[0]
    assert (kind, queue) == ("SENT", "cards")
    assert json.loads(note)["headers"] == {"task-id": result.id, "traceparent": TRACEPARENT}
    assert dispatch.bus == "celery shop"


def test_a_task_that_cannot_be_sent_is_discarded_and_raises_as_ever(app: Any, monkeypatch: Any) -> None:
    _, recorder = watched(app)

    def refuse(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(app.amqp, "send_task_message", refuse)
    with pytest.raises(OperationalError):
        app.tasks["ship"].delay(7)
    assert [(step[0], step[4]) for step in Facts(recorder).steps] == [
        ("DISCARDED", "it was not sent: OperationalError")
    ]


def test_a_run_is_a_call_and_what_it_sends_is_caused_by_it(app: Any) -> None:
    _, recorder = watched(app)
    assert run(app, "charge", "t-1", 7, traceparent=TRACEPARENT).retval == "charged"
    facts = Facts(recorder)
    dispatch = facts.one("charge")
    (call,) = dispatch.calls
    assert (call.handler.rpartition(".")[2], call.outcome, call.attempt) == ("charge", Outcome.OK, 1)
    assert (dispatch.parent, dispatch.handlers) == (2**64 - 1, 1)  # somebody else has sent it
    assert facts.cause(facts.one("ship")) == "charge"
    steps = [step for step in facts.steps if step[2] == call.id]
    assert [step[0] for step in steps] == ["WORK_RECEIVED", "WORK_STARTED", "WORK_SUCCEEDED"]
    told = json.loads(steps[0][4])
    assert told == {"place": "w1@here", "headers": {"task-id": "t-1", "traceparent": TRACEPARENT}}
    assert facts.added == [("charge", call.handler, False)]


def test_a_task_that_was_sent_here_and_runs_here_is_one_dispatch(app: Any) -> None:
    _, recorder = watched(app)
    result = app.tasks["ship"].delay(7)
    run(app, "ship", result.id, 7)
    assert [call.outcome for call in Facts(recorder).one("ship").calls] == [Outcome.OK]


def test_a_failure_is_the_call_s(app: Any) -> None:
    _, recorder = watched(app)
    run(app, "charge", "t-1", -1)
    (call,) = Facts(recorder).one("charge").calls
    assert (call.outcome, call.error["type"], call.error["message"]) == (Outcome.FAILED, "ValueError", "no such order")  # type: ignore[index]


def test_a_retry_is_a_further_attempt_of_the_same_dispatch(app: Any) -> None:
    _, recorder = watched(app)
    run(app, "charge", "t-1", 0, called_directly=False)
    run(app, "charge", "t-1", 3, retries=1)
    facts = Facts(recorder)
    first, second = facts.one("charge").calls
    assert (first.outcome, first.error["type"], second.outcome) == (Outcome.FAILED, "KeyError", Outcome.OK)  # type: ignore[index]
    assert (first.attempt, second.attempt) == (1, 2)
    assert [step[0] for step in facts.steps if step[2] == first.id][-1] == "WORK_RETRIED"


@pytest.fixture
def got(app: Any) -> Iterator[Any]:
    """Gives the next message, as the main process of a worker gets it."""
    with app.connection_for_read() as connection:
        queue = app.amqp.queues[app.conf.task_default_queue].bind(connection.default_channel)
        queue.declare()
        yield queue.get


def settling(facts: Facts) -> list[tuple[str, int, int, str]]:
    """Kind, call, attempt and note of what the broker was told."""
    told = ("ACKNOWLEDGED", "REJECTED", "DEAD_LETTERED")
    return [(kind, call, attempt, note) for kind, _, call, attempt, note in facts.steps if kind in told]


def test_a_message_that_another_process_runs_is_delivered_and_acknowledged_here(app: Any, got: Any) -> None:
    _, recorder = watched(app)
    app.tasks["ship"].delay(7)
    got().ack()
    facts = Facts(recorder)
    assert [(kind, queue) for kind, queue, *_ in facts.steps] == [
        ("SENT", "ship"),
        ("DELIVERED", app.conf.task_default_queue),
        ("ACKNOWLEDGED", app.conf.task_default_queue),
    ]
    assert settling(facts) == [("ACKNOWLEDGED", 0, 1, "early (acks_late is off)")]


def test_when_it_is_acknowledged_is_said_as_the_task_says_it(app: Any, got: Any) -> None:
    _, recorder = watched(app)
    app.tasks["ship"].acks_late = True
    app.tasks["ship"].delay(7)
    got().ack()
    assert settling(Facts(recorder)) == [("ACKNOWLEDGED", 0, 1, "late (acks_late is on)")]


def test_a_message_of_somebody_else_shows_its_arguments(app: Any, got: Any) -> None:
    app.tasks["charge"].apply_async((7,), {"fast": True}, task_id="t-1")
    _, recorder = watched(app)
    message = got()
    facts = Facts(recorder)
    assert facts.one("charge").payload == {"args": [7], "kwargs": {"fast": True}}
    assert json.loads(facts.steps[0][4]) == {
        "place": f"queue {app.conf.task_default_queue}",
        "headers": {"task-id": "t-1"},
    }
    message.ack()


@pytest.mark.parametrize("how", ["reject", "requeue", "reject and requeue"])
def test_a_rejection_says_where_the_message_goes(app: Any, got: Any, how: str) -> None:
    _, recorder = watched(app)
    app.tasks["ship"].delay(7)
    message = got()
    {"reject": message.reject, "requeue": message.requeue}.get(how, lambda: message.reject(True))()
    facts = Facts(recorder)
    kinds, notes = zip(*[(kind, note) for kind, _, _, note in settling(facts)], strict=True)
    if how == "reject":
        assert kinds == ("REJECTED", "DEAD_LETTERED")
        assert notes[0] == ""
        assert "dead-letter exchange" in notes[1]
    else:
        assert (kinds, notes) == (("REJECTED",), ("back into its queue",))
        again = got()
        assert facts.read().steps[-1][0] == "REDELIVERED"
        again.ack()


def test_an_acknowledgement_that_the_broker_did_not_get_is_none(app: Any, got: Any, monkeypatch: Any) -> None:
    _, recorder = watched(app)
    app.tasks["ship"].delay(7)
    message = got()

    def gone(*_: Any, **__: Any) -> None:
        raise OSError("the connection is gone")

    monkeypatch.setattr(message.channel, "basic_ack", gone)
    with pytest.raises(OSError, match="is gone"):
        message.ack()
    assert settling(Facts(recorder)) == []


def test_messages_that_are_no_tasks_of_the_application_are_not_told(app: Any) -> None:
    _, recorder = watched(app)
    app.tasks["ship"].delay(7)
    for headers in ({}, {"id": "t-1"}, {"task": "elsewhere", "id": "t-1"}, {"task": ["ship"], "id": {}}):
        message: Any = Message
        message(b"[[], {}, {}]", headers=headers)
    assert [step[0] for step in Facts(recorder).steps] == ["SENT"]


def test_a_worker_without_processes_runs_and_acknowledges_one_and_the_same_delivery(app: Any) -> None:
    _, recorder = watched(app)
    app.tasks["ship"].acks_late = True
    app.tasks["charge"].apply_async((0,), task_id="t-1")
    app.tasks["ship"].delay(7)
    with start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=PATIENCE_S):
        facts = Facts(recorder)
        wait_until(lambda: len(settling(facts.read())) == 3, lambda: f"settled: {settling(facts)}")
    facts.read()
    ((first, second), (shipped,)) = (facts.one(name).calls for name in ("charge", "ship"))
    assert (first.attempt, second.attempt, shipped.attempt) == (1, 2, 1)
    steps = [(kind, call, attempt) for kind, _, call, attempt, _ in facts.steps if kind != "SENT"]
    for call in (first, second):  # before its call has begun the number of the attempt says which it will be
        told = [attempt for kind, ident, attempt in steps if kind == "ACKNOWLEDGED" and ident in (0, call.id)]
        assert told.count(call.attempt) == 1
    assert steps.index(("WORK_SUCCEEDED", shipped.id, 1)) < steps.index(("ACKNOWLEDGED", shipped.id, 1))
    notes = sorted(note for _, _, _, note in settling(facts))
    assert notes == ["early (acks_late is off)", "early (acks_late is off)", "late (acks_late is on)"]
    assert sorted(attempt for kind, _, attempt in steps if kind.endswith("DELIVERED")) == [1, 1, 2]


def test_detaching_leaves_tasks_and_application_as_they_were(app: Any) -> None:
    run(app, "ship", "t-0", 7)
    task = app.tasks["ship"]
    before, kept = dict(vars(app)), vars(task)["__trace__"]
    messages = dict(vars(Message))
    probe, recorder = watched(app)
    assert vars(task)["__trace__"] is kept
    probe.detach()
    assert vars(app) == before
    assert vars(Task)["__trace__"] is None
    assert dict(vars(Message)) == messages
    run(app, "ship", "t-1", 7)
    assert Facts(recorder).of("ship") == []


def test_another_application_is_not_seen(app: Any) -> None:
    _, recorder = watched(app)
    other = celery.Celery("other", broker="memory://", backend="disabled", set_as_current=False)

    @other.task(name="ship", shared=False)
    def ship(order: int) -> int:
        return order

    assert run(other, "ship", "t-1", 7).retval == 7
    assert Facts(recorder).of("ship") == []
    other.close()


def test_a_task_that_is_not_prepared_has_no_trace(app: Any) -> None:
    watched(app)
    task = app.tasks["ship"]
    assert (task.__trace__, Task.__trace__) == (None, None)
    with pytest.raises(AttributeError):
        del task.__trace__


def test_an_application_is_pickled_as_if_nobody_watched(app: Any) -> None:
    bare = pickle.dumps(app.tasks["ship"])
    watched(app)
    assert pickle.dumps(app.tasks["ship"]) == bare


def test_what_is_not_seen_is_said(app: Any) -> None:
    _, recorder = watched(app)
    marks = Facts(recorder).marks
    assert any("apply()" in mark for mark in marks)
    assert any("protocol 1" in mark for mark in marks)


def test_a_trace_context_is_added_only_where_that_is_asked_for(app: Any, monkeypatch: Any) -> None:
    _, recorder = watched(app)
    SENT.of(recorder).traces.injects = True
    sent: list[Any] = []
    monkeypatch.setattr(app.amqp, "send_task_message", lambda *_, **options: sent.append(options["headers"]))
    own = {"a": 1}
    app.tasks["ship"].apply_async((7,), headers=own)
    app.tasks["ship"].apply_async((7,), headers={"traceparent": TRACEPARENT})
    app.tasks["ship"].delay(7)
    assert own == {"a": 1}
    assert (sent[0]["a"], sent[1]) == (1, {"traceparent": TRACEPARENT})
    assert len({headers["traceparent"] for headers in sent}) == 3
