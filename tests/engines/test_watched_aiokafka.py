"""aiokafka with a real Kafka, under watch: partitions, offsets and commits are those of the broker."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlsplit

import pytest

pytest.importorskip("aiokafka")

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

import buslens
from buslens.recorder import Recorder
from tests.unit.buslens.facts import Facts


async def test_a_message_is_confirmed_delivered_and_committed_with_its_place(kafka: Any) -> None:
    topic, recorder = f"watched-{uuid.uuid4().hex[:8]}", Recorder()
    servers = urlsplit(kafka.url).netloc.rpartition("@")[2]
    producer = AIOKafkaProducer(bootstrap_servers=servers)
    consumer = AIOKafkaConsumer(bootstrap_servers=servers, group_id=topic, enable_auto_commit=False)
    for client in (producer, consumer):
        buslens.attach(client, recorder=recorder)
    async with producer:
        sent = await producer.send_and_wait(topic, b'{"order": 7}', partition=0)
        consumer.assign([TopicPartition(topic, 0)])
        async with consumer:
            consumer.seek(TopicPartition(topic, 0), 0)
            await consumer.getone()
            await consumer.commit()

    facts = Facts(recorder)
    (call,) = facts.one(topic).calls
    place = f"partition 0, offset {sent.offset}"
    assert [(kind, call_id) for kind, _, call_id, *_ in facts.steps] == [
        ("CONFIRMED", 0), ("ENQUEUED", 0), ("DELIVERED", call.id), ("ACKNOWLEDGED", call.id),
    ]  # fmt: skip
    assert [place in step[4] for step in facts.steps] == [True, False, True, False]
