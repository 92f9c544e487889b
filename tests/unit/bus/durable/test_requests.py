"""What a person reads while a broker is gone, and while it is silent."""

from __future__ import annotations

from bus.durable.requests import SILENT_S, Requests


class Clock:
    """Stands until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_broker_that_is_gone_is_said_until_it_is_back() -> None:
    clock = Clock()
    requests = Requests("rabbitmq", clock)
    assert requests.trouble() == ""
    requests.asked()
    requests.gone("the connection was lost")
    assert requests.trouble() == "rabbitmq is gone for 0 s: the connection was lost, trying again now"
    clock.now += 9
    requests.gone("the connection was refused", 5.0)
    clock.now += 2
    assert requests.trouble() == "rabbitmq is gone for 11 s: the connection was refused, trying again in 3 s"
    clock.now += 4
    assert requests.trouble().endswith("trying again now")
    requests.back()
    assert requests.trouble() == ""


def test_a_broker_that_owes_an_answer_is_silent_after_some_seconds() -> None:
    clock = Clock()
    requests = Requests("rabbitmq", clock)
    clock.now += 60
    assert requests.trouble() == "", "it owes nothing"
    requests.asked()
    assert requests.trouble() == ""
    clock.now += SILENT_S
    assert requests.trouble() == f"rabbitmq has not answered for {SILENT_S:.0f} s"
    requests.news_came()
    requests.news_read()
    assert requests.trouble() == "", "it said something"
    clock.now += SILENT_S
    requests.answered()
    assert requests.open == 0
    assert requests.trouble() == ""


def test_a_broker_is_not_slow_while_what_it_said_is_not_read() -> None:
    clock = Clock()
    requests = Requests("rabbitmq", clock)
    requests.asked()
    requests.news_came()
    clock.now += 2 * SILENT_S
    assert requests.trouble() == ""
    requests.news_read()
    assert requests.trouble() != ""
