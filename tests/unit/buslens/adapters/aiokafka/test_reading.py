"""What is told of messages that a consumer gives: by whose call they are handled, and what is committed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("aiokafka")

from aiokafka import TopicPartition

from buslens.adapters.aiokafka.reading import Reading
from buslens.context import CALL
from buslens.recorder import Recorder
from buslens.records import Outcome
from buslens.watching.broker_watch import BrokerWatch
from tests.unit.buslens.facts import Facts


class Coordinator:
    """Commits, as one of aiokafka does."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    async def _do_commit_offsets(self, assignment: Any, offsets: Any) -> None:
        self.asked.append(offsets)
        if assignment is None:
            raise ValueError("the group has another generation")


class Consumer:
    def __init__(self, coordinator: Any) -> None:
        self._coordinator = coordinator


def record(offset: int) -> Any:
    return SimpleNamespace(topic="orders", partition=0, offset=offset, value=b"7", headers=())


def reading(coordinator: Any, group: str | None = "shop") -> tuple[Reading, Consumer, Facts]:
    consumer, recorder = Consumer(coordinator), Recorder()
    watch = BrokerWatch(consumer, recorder, recorder.bus("kafka"))
    return Reading(watch, "kafka", group), consumer, Facts(recorder)


async def test_only_what_a_group_has_committed_is_acknowledged() -> None:
    coordinator = Coordinator()
    made, consumer, facts = reading(coordinator)
    for offset in (4, 5, 6):
        made.given(consumer, record(offset))
        made.asked()
    upto = {TopicPartition("orders", 0): SimpleNamespace(offset=6)}
    with pytest.raises(ValueError, match="generation"):
        await coordinator._do_commit_offsets(None, upto)
    assert "ACKNOWLEDGED" not in [step[0] for step in facts.read().steps]
    await coordinator._do_commit_offsets("assignment", upto)
    assert [step[4] for step in facts.read().steps if step[0] == "ACKNOWLEDGED"] == ["offset 6 was committed"] * 2
    assert coordinator.asked == [upto, upto]
    made.take_off()
    assert vars(coordinator) == {"asked": [upto, upto]}


async def test_a_coordinator_that_is_not_as_it_is_known_is_said() -> None:
    made, consumer, facts = reading(object())
    made.given(consumer, record(4))
    made.asked()
    assert facts.read().marks == ["which messages are committed with this version of aiokafka"]


async def test_a_loop_that_is_left_because_of_an_error_is_a_failed_call() -> None:
    made, consumer, facts = reading(None, group=None)
    made.given(consumer, record(4))
    assert CALL.get() is not None
    try:
        raise ValueError("no stock")
    except ValueError:
        made.left()
    assert [call.outcome for call in facts.read().calls.values()] == [Outcome.FAILED]
    assert CALL.get() is None
    assert facts.removed == facts.added


async def test_an_error_of_ours_is_not_the_program_s() -> None:
    made, consumer, facts = reading(None, group=None)
    made.given(consumer, object())
    made.given_many(consumer, object())
    made.committed(None)
    assert facts.read().dispatches == {}
