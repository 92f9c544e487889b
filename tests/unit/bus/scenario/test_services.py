"""Services of a scenario: what the file may say of them, and how a mistake is told."""

from __future__ import annotations

import pytest

from bus.errors import UserErrors
from bus.scenario import loads
from bus.scenario.model import MOST_WAITING

TEXT = (
    "buslens: 1\nevents: {{a: {{}}}}\nservices: {{pay: {service}}}\nhandlers: {{h: {{on: a, service: pay{handler}}}}}\n"
)


@pytest.mark.parametrize(
    ("service", "handler", "told"),
    [
        ("{workers: 0}", "", "shop.yaml:3:27: expected at least 1"),
        ("{queue: {}}", "", "the key limit is missing"),
        ("{queue: {limit: -1}}", "", "expected at least 0"),
        ("{queue: {limit: 1, overflow: drop}}", "", "expected block, drop_oldest or reject, found 'drop'"),
        ("{queue: {limit: 1, size: 2}}", "", "unknown key size; known here: limit, overflow"),
        ("", "y", "no service payy"),
        ("", ", once: true", "expected either once: true"),
        ("", ", block: true", "expected either block: true"),
        ("", ", worker: thread", "expected either a service, which has workers, or a worker of the handler's own"),
    ],
)
def test_what_cannot_be_is_told_with_its_place(service: str, handler: str, told: str) -> None:
    with pytest.raises(UserErrors) as caught:
        loads(TEXT.format(service=service, handler=handler), "shop.yaml")
    assert told.split(";")[0] in str(caught.value)


def test_a_service_may_say_nothing_and_has_one_worker_then_and_a_queue_without_end() -> None:
    service = loads(TEXT.format(service="", handler=""), "shop.yaml").scenario.services["pay"]
    assert (service.workers, service.queue) == (1, None)


@pytest.mark.parametrize(
    ("service", "at_once"),
    [
        ("{workers: 3}", 3 + MOST_WAITING),
        ("{workers: 3, queue: {limit: 5}}", 8),
        ("{workers: 3, queue: {limit: 5, overflow: reject}}", 9),
    ],
)
def test_a_durable_engine_takes_as_many_events_as_have_a_place_and_one_more_where_that_has_a_consequence(
    service: str, at_once: int
) -> None:
    scenario = loads(TEXT.format(service=service, handler=""), "shop.yaml").scenario
    assert scenario.at_once(scenario.handlers["h"]) == at_once


def test_a_service_without_handlers_is_a_remark() -> None:
    text = "buslens: 1\nevents: {a: {}}\nservices: {pay: {}}\nhandlers: {h: {on: a}}\n"
    (told,) = loads(text, "shop.yaml").examined().warnings
    assert "no handler belongs to the service pay" in str(told)
