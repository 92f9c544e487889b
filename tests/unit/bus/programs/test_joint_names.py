"""Names of a joint capture: each is said once, with all that is known of it."""

from __future__ import annotations

import pytest

from bus.programs import joint_names
from bus.programs.joint_names import JointNames
from bus.trace.names import Name, Names
from buslens import wire
from buslens.records import NameKind


def read(data: bytes) -> Names:
    names = Names()
    for kind, body, _ in wire.frames(data, 0):
        assert kind == wire.NAMES
        names.read_frame(body)
    return names


def test_what_is_known_of_a_name_stays_known() -> None:
    joint = JointNames()
    bus = joint.number(Name(NameKind.BUS, "orders", "app.py", 3, class_name="pyee.EventEmitter", made="created"))
    event = joint.number(Name(NameKind.EVENT, "paid", bus=bus))
    handler = joint.number(Name(NameKind.HANDLER, "on_paid", "app.py", 9, "paid"))
    lane = joint.number(Name(NameKind.LANE, "MainThread"))
    names = read(joint.frames())
    assert names[bus] == Name(NameKind.BUS, "orders", "app.py", 3, class_name="pyee.EventEmitter", made="created")
    assert names[event] == Name(NameKind.EVENT, "paid", bus=bus)
    assert names[handler] == Name(NameKind.HANDLER, "on_paid", "app.py", 9, "paid")
    assert names[lane] == Name(NameKind.LANE, "MainThread")


def test_a_name_is_said_once() -> None:
    joint = JointNames()
    first = joint.number(Name(NameKind.LANE, "MainThread"))
    assert joint.frames()
    assert joint.number(Name(NameKind.LANE, "MainThread")) == first
    assert joint.frames() == b""
    assert joint.number(Name(NameKind.QUEUE, "MainThread")) != first


def test_names_beyond_what_a_capture_may_have_are_called_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joint_names, "MAX_NAMES", 2)
    joint = JointNames()
    assert [joint.number(Name(NameKind.LANE, text)) for text in "abca"] == [1, 2, 0, 1]
