"""What a request is known by, so that its reply is found."""

from __future__ import annotations

import pytest

from bus import scenario
from bus.behaviour.requests import key_of
from bus.errors import UserError, UserErrors

TEXT = """\
buslens: 1
events: {a: {}, wanted: {}, told: {}}
handlers:
  ask:
    on: a
    WORKER
    do:
      - {request: wanted, reply: told, by: id}
      - {log: $reply.payload.id}
"""


def test_a_key_is_the_value_of_the_field() -> None:
    assert key_of({"id": 1}, "id") == "1"
    assert key_of({"id": "1"}, "id") == '"1"'
    assert key_of({"order": {"id": [1, {"b": 1, "a": 2}]}}, "order.id") == '[1, {"a": 2, "b": 1}]'
    assert key_of({"id": None}, "id") is None
    assert key_of(None, "id") is None


def test_a_request_is_not_for_steps_that_are_done_in_another_process() -> None:
    assert scenario.loads(TEXT.replace("WORKER", "worker: thread")).examined().mistakes == ()
    for worker in ("process", "celery"):
        with pytest.raises(UserErrors, match="expected worker: thread or none beside request"):
            scenario.loads(TEXT.replace("WORKER", f"worker: {worker}"))


def test_the_events_of_a_request_must_be_declared_and_are_renamed_with_it() -> None:
    wrong = TEXT.replace("request: wanted, reply: told", "request: wantd, reply: tld").replace("WORKER", "")
    with pytest.raises(UserErrors) as caught:
        scenario.loads(wrong)
    assert [each.problem for each in caught.value.errors] == ["no event wantd", "no event tld"]
    document = scenario.loads(TEXT.replace("WORKER", ""))
    document.rename_event("told", "price.told")
    document.rename_event("wanted", "price.wanted")
    step = document.values["handlers"]["ask"]["do"][0]
    assert step == {"request": "price.wanted", "reply": "price.told", "by": "id"}
    with pytest.raises(UserError, match="still used by ask"):
        document.remove_event("price.told")


def test_validate_tells_a_reply_that_is_none() -> None:
    itself = scenario.loads(TEXT.replace("WORKER", "").replace("reply: told", "reply: wanted"))
    assert [each.problem for each in itself.examined().mistakes] == [
        "the request would answer itself: expected another event as its reply"
    ]
    without = scenario.loads("buslens: 1\nevents: {a: {}}\nhandlers: {h: {on: a, do: [{log: $reply.payload}]}}\n")
    assert "there is no reply here" in without.examined().mistakes[0].problem
    wrong = scenario.loads(TEXT.replace("WORKER", "").replace("reply.payload.id", "reply.load"))
    assert wrong.examined().mistakes[0].problem == "a reply has no load, it has name and payload"
