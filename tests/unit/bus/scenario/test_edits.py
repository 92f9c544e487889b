"""What a person can change, and who is in the way."""

from __future__ import annotations

from typing import Any

import pytest

from bus.errors import UserError
from bus.scenario import edits, loads

SHOP = (
    "buslens: 1\nevents: {a: {}, b: {}}\nhandlers:\n  h: {on: [a, b], do: [{emit: b}]}\n"
    "script: [{repeat: 2, do: [{emit: a}]}]\nexpect: [{event: b}, {handler: h}]\n"
)


def test_the_users_of_an_event_are_named() -> None:
    found = loads(SHOP).scenario
    assert edits.users_of(found, "a") == ["h", "the script"]
    assert edits.users_of(found, "b") == ["h", "expect"]


def test_a_rename_reaches_subscriptions_steps_script_and_expectations() -> None:
    values = dict(loads(SHOP).values)
    edits.event_renamed("b", "c")(values)
    assert list(values["events"]) == ["a", "c"]
    assert values["handlers"]["h"] == {"on": ["a", "c"], "do": [{"emit": "c"}]}
    assert values["expect"][0] == {"event": "c"}


def test_a_handler_goes_with_what_is_expected_of_it() -> None:
    values = dict(loads(SHOP).values)
    edits.handler_removed("h")(values)
    assert values["handlers"] == {}
    assert values["expect"] == [{"event": "b"}]


def test_what_is_not_there_is_said_with_the_nearest_name() -> None:
    with pytest.raises(UserError, match="no handler hh"):
        edits.changed("handlers", "hh", {"once": True})(dict(loads(SHOP).values))


def test_a_service_is_renamed_at_its_handlers_and_goes_when_it_has_none() -> None:
    values: dict[str, Any] = {
        "services": {"bank": {}, "post": {}},
        "handlers": {"pay": {"on": "a", "service": "bank"}, "send": {"on": "a"}},
    }
    edits.put(("services", "bank", "name"), "till")(values)
    assert list(values["services"]) == ["till", "post"]
    assert values["handlers"]["pay"]["service"] == "till"
    with pytest.raises(UserError, match="the service till is still used by pay"):
        edits.service_removed("till")(values)
    edits.service_removed("post")(values)
    assert list(values["services"]) == ["till"]


def test_a_free_name_has_a_number_where_the_name_is_taken() -> None:
    assert edits.free_name("new", []) == "new"
    assert edits.free_name("new", ["new", "new2"]) == "new3"
