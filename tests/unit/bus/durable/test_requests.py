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


def test_while_a_fault_cuts_us_off_nothing_is_said_to_be_tried() -> None:
    clock = Clock()
    requests = Requests("rabbitmq", clock)
    requests.cut()
    requests.cut()
    assert (requests.open, requests.is_cut_off) == (1, False), "one answer for both, which has not come"
    requests.gone("the connection was lost")
    requests.cut_off()
    requests.mended()
    assert (requests.open, requests.is_cut_off) == (0, True)
    assert requests.trouble() == "rabbitmq is gone for 0 s: a fault of the scenario lets nothing through"
    requests.mended()
    assert not requests.is_cut_off
    assert requests.trouble().endswith("trying again now")


def test_a_fault_that_is_over_before_it_took_effect_cuts_nobody_off() -> None:
    requests = Requests("rabbitmq", Clock())
    requests.cut()
    requests.mended()
    requests.cut_off()
    assert (requests.open, requests.is_cut_off) == (0, False)
