"""What the probe shows of a Celery application: real tasks, run as a worker runs them; the broker is in memory."""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator
from typing import Any

import celery
import pytest
from celery.app.task import Task
from celery.app.trace import build_tracer
from kombu.exceptions import OperationalError

import buslens
from buslens.adapters.celery import AppHooks
from buslens.recorder import Recorder
from buslens.records import Outcome
from buslens.watching.sent_messages import SENT
from tests.unit.buslens.facts import Facts

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def app() -> Iterator[Any]:
    made = celery.Celery("shop", broker="memory://", backend="disabled", set_as_current=False)

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


def test_detaching_leaves_tasks_and_application_as_they_were(app: Any) -> None:
    run(app, "ship", "t-0", 7)
    task = app.tasks["ship"]
    before, kept = dict(vars(app)), vars(task)["__trace__"]
    probe, recorder = watched(app)
    assert vars(task)["__trace__"] is kept
    probe.detach()
    assert vars(app) == before
    assert vars(Task)["__trace__"] is None
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
    assert any("another process" in mark for mark in marks)


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
