"""What a person reads while a broker is gone, and while it is silent."""

from __future__ import annotations

from bus.durable.trouble import SILENT_S, Trouble


class Clock:
    """Stands until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_broker_that_is_gone_is_said_until_it_is_back() -> None:
    clock = Clock()
    trouble = Trouble("rabbitmq", clock)
    assert trouble.text(owes=False) == ""
    trouble.gone("the connection was lost")
    assert trouble.text(owes=True) == "rabbitmq is gone for 0 s: the connection was lost, trying again now"
    clock.now += 9
    trouble.gone("the connection was refused", 5.0)
    clock.now += 2
    assert trouble.text(owes=True) == "rabbitmq is gone for 11 s: the connection was refused, trying again in 3 s"
    clock.now += 4
    assert trouble.text(owes=True).endswith("trying again now")
    trouble.back()
    assert trouble.text(owes=True) == ""


def test_a_broker_that_owes_an_answer_is_silent_after_some_seconds() -> None:
    clock = Clock()
    trouble = Trouble("rabbitmq", clock)
    clock.now += 60
    assert trouble.text(owes=False) == ""
    trouble.moved()
    assert trouble.text(owes=True) == ""
    clock.now += SILENT_S
    assert trouble.text(owes=True) == f"rabbitmq has not answered for {SILENT_S:.0f} s"
    trouble.moved()
    assert trouble.text(owes=True) == ""
