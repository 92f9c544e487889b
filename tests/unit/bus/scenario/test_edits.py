"""What a person can change, and who is in the way."""

from __future__ import annotations

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
