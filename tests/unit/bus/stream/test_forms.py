"""Values are read by their form, and whatever is garbled is damage."""

from __future__ import annotations

import json
import struct
from typing import Any

import pytest

from bus.stream.fact_chunks import Damaged
from bus.stream.forms import Forms
from buslens.stream.layout import FORM_ID, RECORD, VALUES


def form(pieces: Any, letters: Any) -> bytes:
    return json.dumps([pieces, letters]).encode()


def record(ident: int, values: bytes, call: int = 8) -> bytes:
    body = FORM_ID.pack(ident) + values
    return RECORD.pack(call, 1, 0, VALUES, len(body)) + body


def forms() -> Forms:
    made = Forms()
    made.define(1, form(['{"id":', ',"100 %":', "}"], "qd"))
    made.define(2, form(["[", ",", ",", "]"], "H?H"))
    made.define(3, form(["null"], ""))
    made.define(4, form(["[", ",", ",", "]"], "HHH"))
    return made


def test_values_stand_where_their_form_has_room_for_them() -> None:
    numbers = [record(1, struct.pack("<qd", number, number / 4)) for number in (7, -8)]
    assert forms().texts(b"".join(numbers), len(numbers[0])) == [b'{"id":7,"100 %":1.75}', b'{"id":-8,"100 %":-2.0}']
    texts = record(2, struct.pack("<H?H", 3, True, 2) + b'a"b' + "ü".encode())
    assert forms().texts(texts, len(texts)) == ['["a\\"b",true,"ü"]'.encode()]
    assert forms().texts(record(3, b""), RECORD.size + 4) == [b"null"]


@pytest.mark.parametrize(
    "values",
    [
        *(record(9, b""), record(3, b"x"), record(1, bytes(15)), record(1, bytes(17)), record(2, bytes(3))),
        *(record(2, struct.pack("<H?H", 3, True, 2) + b"ab"), record(2, struct.pack("<H?H", 1, True, 0) + b"\xff")),
        *(
            record(2, struct.pack("<H?H", 0, True, 0) + b"more"),
            record(4, struct.pack("<3H", *[50_000] * 3) + bytes(150_000)),
        ),
    ],
    ids=lambda values: values[16:40].hex(),
)
def test_values_that_are_not_of_their_form_are_damage(values: bytes) -> None:
    with pytest.raises(Damaged, match="not of its form"):
        forms().texts(values, len(values))


@pytest.mark.parametrize(
    ("ident", "body"),
    [
        *((1, b""), (1, b"{}"), (1, b"7"), (1, b"\xff"), (1, b"[" * 2000), (1, form(["a"], "q"))),
        *((1, form(["a", 1], "q")), (1, form(["a", "b"], "s")), (1, form("ab", "q")), (1, form(["a", "b"], ["q"]))),
        *((1, form([""] * 201, "q" * 200)), (5000, form(["1"], "")), (1, form(["x" * 2048], ""))),
    ],
    ids=lambda each: repr(each)[:24],
)
def test_what_is_no_form_is_damage(ident: int, body: bytes) -> None:
    with pytest.raises(Damaged, match="is not one"):
        Forms().define(ident, body)
