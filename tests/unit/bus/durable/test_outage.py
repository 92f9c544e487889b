"""What is told while a broker is gone, and when that is enough."""

from __future__ import annotations

import threading

from bus.contract.delivery import BrokerFailed, ConnectionLost, News, StillUnreachable
from bus.durable.outage import GIVE_UP_S, Outage


class Client:
    """Whose broker goes away, by a clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0
        self.told: list[News] = []
        self.closing = threading.Event()
        self.outage = Outage(
            "Kafka at somewhere",
            self.told.append,
            self.closing,
            first_pause_s=1.0,
            longest_pause_s=3.0,
            now=lambda: self.now,
        )


def test_between_two_tries_is_twice_as_long_each_time_until_the_broker_works_again() -> None:
    client = Client()
    client.outage.begin(": it was closed")
    assert [client.outage.pause_after("nobody answers") for _ in range(4)] == [1.0, 2.0, 3.0, 3.0]
    client.outage.end()
    client.outage.begin()
    assert client.outage.pause_after("nobody answers") == 3.0, "it was there, and has done nothing"
    client.outage.works()
    assert client.outage.pause_after("nobody answers") == 1.0
    assert client.told == [
        ConnectionLost("the connection to Kafka at somewhere is gone: it was closed"),
        *(StillUnreachable("nobody answers", pause_s) for pause_s in (1.0, 2.0, 3.0, 3.0)),
        ConnectionLost("the connection to Kafka at somewhere is gone"),
        *(StillUnreachable("nobody answers", pause_s) for pause_s in (3.0, 1.0)),
    ]
    assert not client.closing.is_set()


def test_a_broker_that_is_gone_for_too_long_is_given_up_however_often_the_connection_was_lost_meanwhile() -> None:
    client = Client()
    client.outage.begin()
    client.now += GIVE_UP_S
    client.outage.begin()
    assert client.outage.pause_after("nobody answers") is not None
    client.now += 1
    assert client.outage.pause_after("nobody answers") is None
    assert client.told[-1] == BrokerFailed("Kafka at somewhere has been gone for 300 s")
    assert client.closing.is_set()


def test_how_long_it_is_gone_counts_from_when_it_was_last_there() -> None:
    client = Client()
    client.outage.begin()
    client.now += GIVE_UP_S
    client.outage.end()
    client.outage.begin()
    client.now += GIVE_UP_S
    assert client.outage.pause_after("nobody answers") is not None
