"""pika with a real RabbitMQ, under watch: what the broker answers is what the capture says."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

pytest.importorskip("pika")

import pika

import buslens
from buslens.records import Outcome
from tests.unit.buslens.facts import Facts


def test_messages_are_confirmed_returned_redelivered_and_acknowledged(rabbitmq: Any) -> None:
    queue = f"watched-{uuid.uuid4().hex[:8]}"
    with pika.BlockingConnection(pika.URLParameters(rabbitmq.url)) as connection:
        channel = connection.channel()
        facts = Facts(buslens.attach(channel).recorder)
        channel.queue_declare(queue, exclusive=True)
        channel.confirm_delivery()
        channel.basic_publish("", queue, b'{"order": 7}', pika.BasicProperties(message_id=queue), mandatory=True)
        with pytest.raises(pika.exceptions.UnroutableError):
            channel.basic_publish("", f"{queue}-nowhere", b"7", mandatory=True)

        def on_order(on: Any, method: Any, properties: Any, body: bytes) -> None:
            if method.redelivered:
                on.basic_ack(method.delivery_tag)
                on.stop_consuming()
            else:
                on.basic_nack(method.delivery_tag)

        channel.basic_consume(queue, on_order)
        channel.start_consuming()

    dispatch = facts.read().one(queue)
    assert [(call.attempt, call.outcome) for call in dispatch.calls] == [(1, Outcome.OK), (2, Outcome.OK)]
    assert [(kind, name.replace(queue, "")) for kind, name, *_ in facts.steps] == [
        *(("CONFIRMED", ""), ("ENQUEUED", ""), ("DISCARDED", "-nowhere")),
        *(("DELIVERED", ""), ("REJECTED", ""), ("REDELIVERED", ""), ("ACKNOWLEDGED", "")),
    ]
