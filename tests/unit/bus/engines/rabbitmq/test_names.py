"""What RabbitMQ's engine writes and reads as text, without a server."""

from __future__ import annotations

import ssl

import pytest

from bus.engines import ENGINES
from bus.engines.rabbitmq import names
from bus.errors import UserError


def test_names_fit_and_stay_apart() -> None:
    long = "é" * 200
    assert names.queue_name("run", "handler", "order.placed") == "run.handler.order.placed"
    assert len(names.queue_name("run", long, "a").encode()) <= names.LONGEST_NAME
    assert names.queue_name("run", long, "a") != names.queue_name("run", long, "b")


def test_an_event_is_no_pattern() -> None:
    assert names.routing_key("order.placed") == "order.placed"
    assert names.routing_key("a.#.*.50%") == "a.%23.%2A.50%25"
    assert names.routing_key("a.%23") != names.routing_key("a.#")


def test_attributes_come_back_as_they_were_sent() -> None:
    sent = {"id": "run/7", "type": "a", "traceparent": "00-" + "a" * 32 + "-" + "b" * 16 + "-01", "correlationid": "x"}
    headers = names.headers_of(sent)
    assert headers["traceparent"] == sent["traceparent"]
    assert headers["cloudEvents_id"] == "run/7"
    assert names.attributes_of(headers) == sent


def test_what_a_stranger_sends_is_bounded() -> None:
    headers = {f"h{number}": "x" * 10_000 for number in range(1000)} | {"deep": {"a": 1}}
    found = names.attributes_of({"raw": b"\xff\xfe", "n": 7, "none": None, **headers})
    assert found["raw"] == "\ufffd\ufffd"
    assert found["n"] == "7"
    assert len(found) <= 64
    assert max(map(len, found.values())) <= 4096


@pytest.mark.parametrize(("said", "count"), [(2, 2), ("many", 0), (-1, 0), (10**12, 0), (None, 0)])
def test_a_delivery_count_is_believed_where_it_is_one(said: object, count: int) -> None:
    assert names.attempts_before({} if said is None else {names.COUNT: said}) == count


def test_an_address_is_shown_without_what_is_secret() -> None:
    assert names.shown("amqps://me:pass@broker.example/orders") == "amqps://broker.example:5671/orders"
    assert "pass" not in names.shown("amqp://me:pass@broker.example")


@pytest.mark.parametrize("url", ["", "broker", "http://broker/", "amqp://", "amqp://host:99999/", "amqp://[::1"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(UserError, match="not an address of RabbitMQ"):
        names.check(url)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (TimeoutError(), "does not answer"),
        (ssl.SSLError("WRONG_VERSION_NUMBER"), "no secure connection"),
        (ConnectionError(111, "Connect call failed ('127.0.0.1', 5672)"), "the connection was refused"),
        (OSError("Name or service not known"), "cannot be reached: Name or service not known"),
    ],
)
def test_every_trouble_is_one_sentence(error: Exception, says: str) -> None:
    said = str(names.why_unreachable(error, "amqp://me:secret7@nowhere/"))
    assert says in said
    assert "secret7" not in said


def test_a_channel_that_is_closed_because_nobody_acknowledged_says_how_long_a_delivery_may_stay() -> None:
    said = "PRECONDITION_FAILED - delivery acknowledgement on channel 3 timed out. Timeout value used: 1500 ms. This"
    assert names.lease_in(Exception(said)) == 1.5
    assert names.lease_in(Exception("PRECONDITION_FAILED - unknown delivery tag 7")) == 0.0
    assert names.lease_in(None) == 0.0


def test_the_engine_needs_a_server() -> None:
    assert ENGINES["rabbitmq"].is_durable
    assert not ENGINES["rabbitmq"].is_embedded
