"""What the future of a message says of it, without asking the future."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("aiokafka")

from aiokafka.errors import KafkaTimeoutError, MessageSizeTooLargeError, NotLeaderForPartitionError

from buslens.adapters.aiokafka.sending import Report
from buslens.recorder import Recorder
from buslens.watching.broker_watch import BrokerWatch
from tests.unit.buslens.facts import Facts


class Producer:
    """What is watched."""


PRODUCER = Producer()


async def reported(**outcome: Any) -> tuple[Facts, asyncio.Future[Any]]:
    recorder = Recorder()
    watch = BrokerWatch(PRODUCER, recorder, recorder.bus("kafka"))
    report = Report(watch, "kafka", watch.published("orders", b"7"), "orders", [("traceparent", b"t")])
    future = asyncio.get_running_loop().create_future()
    if "result" in outcome:
        future.set_result(outcome["result"])
    elif "error" in outcome:
        future.set_exception(outcome["error"])
    else:
        future.cancel()
    report.follow(future)
    return Facts(recorder), future


async def test_a_place_is_a_confirmation() -> None:
    facts, _ = await reported(result=SimpleNamespace(partition=2, offset=9))
    assert [step[0] for step in facts.steps] == ["CONFIRMED", "ENQUEUED"]
    assert '"traceparent": "t"' in facts.steps[0][4]


async def test_an_error_is_reported_and_still_warned_about_where_nobody_asks() -> None:
    facts, future = await reported(error=MessageSizeTooLargeError())
    assert [step[4] for step in facts.steps] == ["the broker has refused it: MessageSizeTooLargeError"]
    assert future._log_traceback
    future.exception()


@pytest.mark.parametrize("error", [NotLeaderForPartitionError(), KafkaTimeoutError()])
async def test_where_the_broker_may_have_it_nothing_is_said(error: Exception) -> None:
    facts, future = await reported(error=error)
    assert facts.steps == []
    future.exception()


async def test_a_future_that_was_cancelled_says_nothing() -> None:
    facts, _ = await reported()
    assert facts.steps == []


async def test_what_was_not_taken_was_not_sent() -> None:
    recorder = Recorder()
    watch = BrokerWatch(PRODUCER, recorder, recorder.bus("kafka"))
    Report(watch, "kafka", watch.published("orders", b"7"), "orders", None).refused(ValueError())
    assert [step[4] for step in Facts(recorder).steps] == ["it was not sent: ValueError"]
