"""What a Celery worker does with a call, without a broker: Celery's transport within one process."""

from __future__ import annotations

import re
from typing import Any

import pytest

pytest.importorskip("celery", reason="Celery is not installed: pip install 'buslens[celery]'")

from bus.errors import UserErrors
from bus.scenario.texts import ScenarioTexts
from bus.worker_process import celery_worker
from bus.worker_process.celery_worker import HandlerFailed
from bus.workers.celery_app import TASK

TEXT = """buslens: 1
events: {a: {}, b: {}}
handlers:
  h: {on: a, worker: celery, do: [{log: hi}, {count: n}, {wait: 5ms}, {emit: b, with: 7}, {fail: {if: event.payload}}]}
"""
REPLIES = "buslens-1-2.replies"


def request(**other: Any) -> dict[str, Any]:
    said = {"handler": "h", "event": "a", "payload": False, "count": 1, "number": 1, "counters": {}, "trusted": True}
    return {**said, "replies": REPLIES, "seed": 1, "speed": 0.0, "attempts": 1, **other}


def called(body: Any) -> tuple[Any, list[dict[str, Any]]]:
    """How the task ended, and what was answered."""
    app = celery_worker.serving("memory://", ScenarioTexts(TEXT), "/x/f.yaml", trusted=False)
    result = app.tasks[TASK].apply(args=(body,), task_id="t")
    answers = []
    with app.connection_for_read() as connection:
        simple = connection.SimpleQueue(REPLIES)
        while simple.qsize():
            message = simple.get(block=False)
            answers.append(message.payload)
            message.ack()
    app.close()
    return result, answers


def test_a_call_is_answered_step_by_step() -> None:
    result, answers = called(request())
    assert result.successful()
    assert {answer.pop("task") for answer in answers} == {"t"}
    assert re.fullmatch(r".+, process \d+", answers.pop(0)["started"])
    assert answers == [{"log": "hi"}, {"count": "n"}, {"wait": 5_000_000}, {"emit": ["b", 7]}, {"done": True}]


def test_at_the_speed_of_a_clock_the_worker_waits_itself() -> None:
    _, answers = called(request(speed=10.0))
    assert [key for answer in answers for key in answer if key != "task"] == ["started", "log", "count", "emit", "done"]


def test_a_failure_is_said_to_celery_and_to_the_run() -> None:
    result, answers = called(request(payload=True))
    assert isinstance(result.result, HandlerFailed)
    assert answers[-1]["error"][0] == "HandlerFailed"
    assert answers[-1]["error"][2] == [[4, "h"]]


@pytest.mark.parametrize(
    "body",
    [
        *(None, 7, [], {}),
        *(request(**wrong) for wrong in ({"replies": "amq.topic"}, {"attempts": 10**9}, {"attempts": True})),
        *(request(**wrong) for wrong in ({"seed": "1"}, {"handler": ["h"]}, {"counters": 5}, {"speed": "fast"})),
    ],
)
def test_what_is_no_call_is_refused_and_answered_nowhere(body: Any) -> None:
    result, answers = called(body)
    assert isinstance(result.result, HandlerFailed)
    assert answers == []


def test_a_wrong_scenario_is_said_before_anything_is_served() -> None:
    with pytest.raises(UserErrors):
        celery_worker.serving("memory://", ScenarioTexts("buslens: 1\nhandlers: 5"), "f", trusted=False)
