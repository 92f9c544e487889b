"""How the handlers are called that psygnal keeps in its several kinds of slots."""

from __future__ import annotations

import functools

import pytest
from psygnal import Signal

from buslens.adapters.psygnal.slots import handler_name, is_coroutine, is_queued


class Device:
    changed = Signal(int)
    value = 0

    def __setitem__(self, key: str, value: int) -> None: ...

    def heard(self, _: int) -> None: ...


def handler(*_: object) -> None: ...


def slot_of(device: Device) -> object:
    (slot,) = device.changed._slots
    return slot


def test_a_function_and_a_method_have_their_own_names() -> None:
    device, other = Device(), Device()
    device.changed.connect(handler)
    other.changed.connect(other.heard)
    name = handler_name(slot_of(device))
    assert (name.text, name.line) == ("handler", handler.__code__.co_firstlineno)
    assert handler_name(slot_of(other)).text == "Device.heard"


def test_behind_a_partial_and_a_queue_it_is_the_persons_function() -> None:
    device, other = Device(), Device()
    device.changed.connect(functools.partial(handler, 7))
    other.changed.connect(handler, thread="main")
    assert handler_name(slot_of(device)).text == "handler"
    assert handler_name(slot_of(other)).text == "handler"
    assert is_queued(slot_of(other))
    assert not is_queued(slot_of(device))
    assert not is_coroutine(slot_of(device))


def test_what_sets_a_value_says_what_it_sets() -> None:
    device, other = Device(), Device()
    device.changed.connect_setattr(other, "value", maxargs=1)
    assert handler_name(slot_of(device)).text == "setattr value"
    again = Device()
    again.changed.connect_setitem(other, "key", maxargs=1)
    assert handler_name(slot_of(again)).text == "setitem"


@pytest.mark.parametrize("builtin", [[].append, set().add])
def test_a_method_of_c_has_its_name(builtin: object) -> None:
    device = Device()
    device.changed.connect(builtin, on_ref_error="ignore", check_nargs=False)  # type: ignore[call-overload]
    assert handler_name(slot_of(device)).text in ("append", "add")
