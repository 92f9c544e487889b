"""Whose callback a consumer of pika has."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("pika")

from pika.adapters.blocking_connection import BlockingChannel, _CallbackResult

from buslens.adapters.pika.consumers import SeenConsumer
from buslens.watching.naming import HandlerName


def on_order(*_: Any) -> None:
    """Of the program."""


def test_a_callback_of_the_program_is_called_at_once() -> None:
    consumer = SeenConsumer("orders", on_order, False)
    assert (consumer.name.text, consumer.is_direct, consumer.is_called) == ("on_order", True, True)


def test_a_callback_of_pika_handles_nothing_itself() -> None:
    assert not SeenConsumer("orders", _CallbackResult().signal_once, False).is_called


def test_a_blocking_channel_puts_messages_aside_for_somebody_else() -> None:
    channel = BlockingChannel.__new__(BlockingChannel)
    consumer = SeenConsumer("orders", channel._on_consumer_message_delivery, False)
    assert (consumer.is_direct, consumer.is_called) == (False, False)
    consumer.becomes(HandlerName("on_order"))
    assert (consumer.is_direct, consumer.is_called, consumer.name.text) == (False, True, "on_order")
