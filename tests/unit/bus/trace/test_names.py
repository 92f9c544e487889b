"""Names come out of a capture as they were written; a hostile one is refused, or harmless text."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bus.trace import names as module
from bus.trace.names import NOBODY, UNKNOWN, Names
from buslens.records import NameKind
from buslens.wire import MAX_NAME, NAME_ENTRY, pack_name


def names(*entries: bytes) -> Names:
    made = Names()
    made.read_frame(memoryview(b"".join(entries)))
    return made


def entry(ident: int, body: bytes, kind: int = NameKind.HANDLER) -> bytes:
    return NAME_ENTRY.pack(ident, kind, 0, 0, len(body)) + body


@given(
    some.dictionaries(some.integers(1, 2**32 - 1), some.text(some.characters(exclude_categories=["Cs"])), max_size=6)
)
def test_every_name_comes_back(texts: dict[int, str]) -> None:
    found = names(*(pack_name(ident, NameKind.EVENT, text=text) for ident, text in texts.items()))
    assert len(found) == len(texts)
    assert {ident: found.text(ident) for ident in texts} == texts
    assert found.ids(NameKind.EVENT) == list(texts)


def test_what_the_capture_never_said_is_unknown_and_zero_is_nobody() -> None:
    found = names()
    assert (found[7], found[0]) == (UNKNOWN, NOBODY)
    assert (found.text(7), found.kind(7), found.place(7), found.bus(7)) == ("?", 0, ("", 0), 0)


def test_the_bus_of_an_event_is_one_only_where_that_name_is_a_bus() -> None:
    found = names(
        pack_name(
            1, NameKind.BUS, text="orders", **{"class": "pyee.EventEmitter"}, file="a.py", line=3, made="created"
        ),
        pack_name(2, NameKind.EVENT, text="a", bus=1),
        pack_name(3, NameKind.EVENT, text="b", bus=2),
        pack_name(4, NameKind.HANDLER, text="h", bus=1, file="h.py", line=9, event="a"),
    )
    assert [found.bus(ident) for ident in (1, 2, 3, 4)] == [0, 1, 0, 0]
    assert (found[1].class_name, found[1].made, found.place(1)) == ("pyee.EventEmitter", "created", ("a.py", 3))
    assert (found.place(4), found[4].event) == (("h.py", 9), "a")


def test_a_name_that_is_said_twice_stays_what_it_was_first() -> None:
    assert names(pack_name(1, 1, text="first"), pack_name(1, 1, text="second")).text(1) == "first"


@pytest.mark.parametrize(
    ("said", "text", "place"),
    [
        ({"text": 5, "line": "7"}, "5", ("", 7)),
        ({}, "", ("", 0)),
        ({"text": "a", "line": -1}, "a", ("", 0)),
        ({"text": "a", "line": 2**31}, "a", ("", 0)),
        ({"text": "x" * 9_000}, "x" * MAX_NAME, ("", 0)),
        ({"text": "\ud800"}, "?", ("", 0)),
    ],
)
def test_odd_fields_become_harmless(said: dict[str, Any], text: str, place: tuple[str, int]) -> None:
    found = names(entry(1, json.dumps(said).encode()))
    assert (found.text(1), found.place(1)) == (text, place)


@pytest.mark.parametrize(
    ("frame", "says"),
    [
        (b"\x01", "cut short"),
        (NAME_ENTRY.pack(1, 1, 0, 0, 50) + b"{}", "claims 50 bytes"),
        (NAME_ENTRY.pack(1, 1, 0, 0, 8 * MAX_NAME + 1), "claims"),
        (entry(1, b"{"), "cannot be read"),
        (entry(1, b"[]"), "cannot be read"),
        (entry(1, b'{"line": 1e999}'), "cannot be read"),
        (entry(1, b"[" * 20_000), "cannot be read"),
    ],
)
def test_a_frame_that_is_none_is_refused(frame: bytes, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        names(frame)


def test_a_capture_cannot_name_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_NAMES", 5)
    with pytest.raises(ValueError, match="more than 5 names"):
        names(*(pack_name(ident, 1, text="x") for ident in range(1, 10)))
