"""What the probe shows of aiokafka: real producers and consumers, with a cluster in memory."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

pytest.importorskip("aiokafka")
pytest.importorskip("confluent_kafka")

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import MessageSizeTooLargeError

import buslens
from buslens.recorder import Recorder
from buslens.records import Outcome
from buslens.testkit import differences
from buslens.watching.sent_messages import SENT
from tests.helpers.mock_kafka import mock_kafka
from tests.unit.buslens.facts import Facts

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
ORDERS = TopicPartition("orders", 0)


@pytest.fixture(scope="module")
def kafka() -> Iterator[str]:
    with mock_kafka() as address:
        yield address


@asynccontextmanager
async def producing(kafka: str, recorder: Recorder | None = None, **more: Any) -> AsyncIterator[Any]:
    producer = AIOKafkaProducer(bootstrap_servers=kafka, **more)
    if recorder is not None:
        buslens.attach(producer, recorder=recorder)
    async with producer:
        yield producer


@asynccontextmanager
async def reading(kafka: str, recorder: Recorder | None, topic: str, **more: Any) -> AsyncIterator[Any]:
    """A consumer of one partition, from its first message on."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, enable_auto_commit=False, **more)
    consumer.assign([TopicPartition(topic, 0)])
    if recorder is not None:
        buslens.attach(consumer, recorder=recorder)
    async with consumer:
        consumer.seek(TopicPartition(topic, 0), 0)
        yield consumer


def steps(facts: Facts, *kinds: str) -> list[tuple[str, str, int]]:
    return [(step[0], step[1], step[3]) for step in facts.read().steps if not kinds or step[0] in kinds]


async def test_a_message_is_a_dispatch_that_the_cluster_confirms(kafka: str) -> None:
    recorder = Recorder()
    async with producing(kafka, recorder) as producer:
        headers = [("traceparent", TRACEPARENT.encode()), ("authorization", b"secret")]
        sent = await producer.send_and_wait("sent", b'{"order": 7}', partition=0, headers=headers)
    facts = Facts(recorder)
    dispatch = facts.one("sent")
    assert (dispatch.payload, dispatch.handlers, dispatch.bus) == ({"order": 7}, 0, f"kafka://{kafka}")
    assert [step[:2] for step in facts.steps] == [("CONFIRMED", "sent"), ("ENQUEUED", "sent")]
    told = json.loads(facts.steps[0][4])
    assert told == {
        "place": f"topic sent, partition 0, offset {sent.offset}",
        "headers": {"traceparent": TRACEPARENT},
    }


async def test_a_message_that_nobody_confirms_is_only_sent(kafka: str) -> None:
    recorder = Recorder()
    async with producing(kafka, recorder, acks=0) as producer:
        await producer.send_and_wait("sent", b"7", partition=0)
    assert steps(Facts(recorder)) == [("SENT", "sent", 0)]


async def test_a_message_that_is_too_long_is_discarded_and_raises_as_ever(kafka: str) -> None:
    recorder = Recorder()
    async with producing(kafka, recorder, max_request_size=10) as producer:
        with pytest.raises(MessageSizeTooLargeError):
            await producer.send("sent", b"7" * 100, partition=0)
    facts = Facts(recorder)
    assert [step[4] for step in facts.steps] == ["it was not sent: MessageSizeTooLargeError"]


async def test_the_body_of_a_loop_is_a_call_and_a_commit_acknowledges_what_it_has_read(kafka: str) -> None:
    recorder = Recorder()
    async with producing(kafka, recorder) as producer:
        for body in (b"1", b"2", b"3"):
            await producer.send_and_wait("looped", body, partition=0)
        async with reading(kafka, recorder, "looped", group_id="shop") as consumer:
            async for record in consumer:
                await producer.send_and_wait("mails", record.value, partition=0)
                if record.value == b"2":
                    await consumer.commit()
                if record.value == b"3":
                    break

    facts = Facts(recorder)
    handled = facts.of("looped")
    assert [dispatch.payload for dispatch in handled] == [1, 2, 3]
    calls = [dispatch.calls[0] for dispatch in handled]
    assert [call.outcome for call in calls] == [Outcome.OK] * 3
    assert calls[0].handler.startswith("test_the_body_of_a_loop")
    assert [dispatch.parent for dispatch in facts.of("mails")] == [call.id for call in calls]
    acknowledged = [(step[1], step[2]) for step in facts.steps if step[0] == "ACKNOWLEDGED"]
    assert acknowledged == [("looped of shop", call.id) for call in calls[:2]]
    assert facts.added == facts.removed == [("looped", calls[0].handler, False)]


async def test_a_message_of_somebody_else_is_foreign_and_may_be_read_again(kafka: str) -> None:
    async with producing(kafka) as producer:
        await producer.send_and_wait("foreign", b"7", partition=0)
    recorder = Recorder()
    async with reading(kafka, recorder, "foreign") as consumer:
        await consumer.getone()
        consumer.seek(TopicPartition("foreign", 0), 0)
        await consumer.getone()
    facts = Facts(recorder)
    dispatch = facts.one("foreign")
    assert (dispatch.parent, dispatch.payload, [call.attempt for call in dispatch.calls]) == (2**64 - 1, 7, [1, 2])
    assert steps(facts, "DELIVERED", "REDELIVERED") == [("DELIVERED", "foreign", 1), ("REDELIVERED", "foreign", 2)]
    assert "without a group" in next(step[4] for step in facts.steps if step[0] == "ACKNOWLEDGED")


async def test_messages_that_are_given_together_are_deliveries_without_a_call(kafka: str) -> None:
    async with producing(kafka) as producer:
        for body in (b"1", b"2"):
            await producer.send("many", body, partition=0)
    recorder = Recorder()
    async with reading(kafka, recorder, "many") as consumer:
        got = 0
        while got < 2:
            got += sum(len(each) for each in (await consumer.getmany(timeout_ms=1000)).values())
    facts = Facts(recorder)
    assert facts.calls == {}
    assert [dispatch.payload for dispatch in facts.of("many")] == [1, 2]


async def test_whose_work_it_is_that_a_task_of_its_own_asks_for_is_not_known(kafka: str) -> None:
    async with producing(kafka) as producer:
        await producer.send_and_wait("alone", b"1", partition=0)
    recorder = Recorder()
    async with reading(kafka, recorder, "alone") as consumer:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(consumer.getone())
    assert task.result().value == b"1"
    facts = Facts(recorder)
    assert (facts.calls, len(facts.of("alone"))) == ({}, 1)


async def test_a_detached_client_is_as_it_was_and_works(kafka: str) -> None:
    async with producing(kafka) as producer, reading(kafka, None, "detached", group_id="shop") as consumer:
        before = [set(vars(each)) for each in (producer, consumer, consumer._coordinator)]
        probes = [buslens.attach(each) for each in (producer, consumer)]
        await producer.send_and_wait("detached", b"1", partition=0)
        await consumer.getone()
        await consumer.commit()
        for probe in probes:
            probe.detach()
        assert [set(vars(each)) for each in (producer, consumer, consumer._coordinator)] == before
        await producer.send_and_wait("detached", b"2", partition=0)
        assert (await consumer.getone()).value == b"2"
    assert len(Facts(probes[0].recorder).dispatches) == 1


def test_watching_changes_nothing_that_a_program_can_tell(kafka: str) -> None:
    async def build() -> Any:
        return AIOKafkaProducer(bootstrap_servers=kafka)

    async def send(producer: Any) -> Any:
        async with producer:
            first = await producer.send_and_wait("same", b"7", partition=0)
            await producer.send("same", None)
            return first.topic

    with asyncio.Runner() as runner:
        made: list[Any] = []

        def make() -> Any:
            made.append(runner.run(build()))
            return made[-1]

        assert differences("aiokafka", make, lambda producer: runner.run(send(producer))) == []
        for producer in made:
            runner.run(producer.stop())


async def test_a_trace_context_is_added_only_where_that_is_asked_for(kafka: str) -> None:
    recorder = Recorder()
    SENT.of(recorder).traces.injects = True
    own = [("a", b"1")]
    async with producing(kafka, recorder) as producer, reading(kafka, None, "injected") as consumer:
        await producer.send_and_wait("injected", b"1", partition=0, headers=own)
        await producer.send("injected", b"2", None, 0, None, [("traceparent", TRACEPARENT.encode())])
        producer.client._api_version = (0, 10)  # as aiokafka before 0.13 knows it of a cluster without headers
        await producer.send_and_wait("injected", b"3", partition=0)
        first, second, third = [await consumer.getone() for _ in range(3)]
    assert own == [("a", b"1")]
    assert list(third.headers) == []
    assert [name for name, _ in first.headers] == ["a", "traceparent"]
    assert list(second.headers) == [("traceparent", TRACEPARENT.encode())]
