"""A payload that has a form is in the stream by its values, and the reader says what the careful way says of it."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bus.stream.forms import Forms
from buslens.limits import DEFAULT_LIMITS, Limits
from buslens.packing import blob_of
from buslens.payloads import arguments
from buslens.recorder import Recorder
from buslens.records import Kind
from buslens.redaction import Redaction
from buslens.stream.forms import PayloadForms, no_form
from buslens.stream.layout import FORM, RECORD, VALUES


class Written:
    """What a process has written, and what the reader makes of it."""

    def __init__(self, redaction: Redaction | None = None, limits: Limits = DEFAULT_LIMITS) -> None:
        self.redaction = redaction or Redaction()
        self.records: list[bytes] = []
        self.forms = PayloadForms(self.redaction, limits, self.write)

    def write(self, record: bytes) -> bool:
        self.records.append(record)
        return True

    def read(self, record: bytes) -> bytes:
        forms = Forms()
        for each in self.records:
            ident, _, _, what, length = RECORD.unpack_from(each)
            assert (what, length) == (FORM, len(each) - RECORD.size)
            forms.define(ident, each[RECORD.size :])
        call, _, _, what, length = RECORD.unpack_from(record)
        assert (call, what, length) == (8, VALUES, len(record) - RECORD.size)
        return forms.texts(record, len(record))[0]

    def careful(self, *args: Any, **kwargs: Any) -> bytes:
        kept = Recorder().snapshot(arguments(args, kwargs))
        return blob_of(kept, int(Kind.DISPATCH_EMITTED), DEFAULT_LIMITS, self.redaction)[1]


KEYS = st.text(max_size=8)
SCALARS = st.one_of(
    *(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
    st.integers(10**11, 10**17),
    st.from_regex(r"[0-9 -]{12,20}|(token|password|bearer)[=: ]\w{1,12}", fullmatch=True),
)
VALUES_OF = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.tuples(inner, inner), st.dictionaries(KEYS, inner, max_size=4)
    ),
    max_leaves=12,
)


ARGS = st.lists(VALUES_OF, max_size=3).map(tuple)
KWARGS = st.dictionaries(st.from_regex("[a-z]{1,8}", fullmatch=True), SCALARS, max_size=3)


@settings(max_examples=60, deadline=None)
@given(ARGS, KWARGS)
def test_what_has_a_form_is_said_as_the_careful_way_says_it(args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    written = Written()
    record = written.forms.of(args, kwargs)(8, args, kwargs)
    if record is not None:
        assert written.read(record) == written.careful(*args, **kwargs)


@settings(max_examples=60, deadline=None)
@given(st.none() | st.text(max_size=20) | st.just("<shop.Shop>"), KWARGS)
def test_so_is_what_a_signal_carries_whose_sender_is_part_of_the_form(said: str | None, named: dict[str, Any]) -> None:
    written = Written()
    record = written.forms.of_signal(said, named)(8, (), named)
    if record is not None:
        assert written.read(record) == written.careful(named if said is None else {"sender": said, **named})


def test_a_sender_whose_name_may_be_a_secret_is_in_no_form() -> None:
    assert Written().forms.of_signal("<shop.Shop>", {"id": 7}) is not no_form
    assert Written().forms.of_signal("token: 4af61cc7d1e", {"id": 7}) is no_form
    assert Written(Redaction(more_keys=["sender"])).forms.of_signal("<shop.Shop>", {"id": 7}) is no_form
    assert Written().forms.of_signal("\ud800", {}) is no_form


SHAPED = [
    {"id": 7, "total": 99.5, "paid": True, "by": None},
    {"name": 'quo"te \\ \n ü 😀', "more": "x" * 200, "100 %": "%s"},
    {"lines": [{"sku": "a", "n": 2}, {"sku": "b", "n": -1}], "at": (1, 2.5)},
    {},
    [],
    [1, [2, [3]]],
    "text",
    7,
    -1.5e300,
    False,
    None,
]


@pytest.mark.parametrize("payload", SHAPED, ids=repr)
def test_what_is_small_and_plain_has_one(payload: Any) -> None:
    written = Written()
    form = written.forms.of((payload,), {})
    record = form(8, (payload,), {})
    assert record is not None
    assert written.read(record) == written.careful(payload)
    assert len(written.records) == 1
    assert written.forms.of((payload,), {}) is form


@pytest.mark.parametrize(
    ("args", "kwargs"), [((1, "a"), {}), ((), {"id": 7}), (({"id": 7}, 2.5), {"more": [True]})], ids=repr
)
def test_several_arguments_have_one_together(args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    written = Written()
    record = written.forms.of(args, kwargs)(8, args, kwargs)
    assert record is not None
    assert written.read(record) == written.careful(*args, **kwargs)


class Text(str):
    """Not a text itself."""

    def __eq__(self, other: object) -> bool:
        raise AssertionError("the program's own code has run")

    __hash__ = None  # type: ignore[assignment]


class Key(str):
    """Found by its hash, and compared by code of the program's."""

    def __eq__(self, other: object) -> bool:
        raise AssertionError("the program's own code has run")

    __hash__ = str.__hash__


class Number(int):
    """The same for a number."""

    def __index__(self) -> int:
        raise AssertionError("the program's own code has run")

    __ge__ = __int__ = __index__  # type: ignore[assignment]


class Trap(dict[str, Any]):
    """The same for a container."""

    def items(self) -> Any:
        raise AssertionError("the program's own code has run")

    __iter__ = __len__ = copy = items


LIKE = {"id": 7, "total": 99.5, "name": "Mary", "paid": True, "by": None, "tags": ["a"], "more": {"n": 1}}


@pytest.mark.parametrize(
    "change",
    [
        *({"id": "7"}, {"id": True}, {"id": 7.0}, {"id": Number(7)}, {"id": 4111111111111111}, {"id": 1 << 70}),
        *({"total": 99}, {"total": math.nan}, {"total": math.inf}, {"total": None}),
        *({"name": Text("Mary")}, {"name": "4111 1111 1111 1111"}, {"name": "x" * 257}, {"name": "\ud800"}),
        *({"name": "Bearer hunter2hunter2"}, {"paid": 1}, {"by": 0}),
        *({"tags": ("a",)}, {"tags": []}, {"tags": ["a", "b"]}, {"tags": [b"a"]}),
        *({"more": {"m": 1}}, {"more": {}}, {"more": Trap(n=1)}, {"more": {Key("n"): 1}}, {"another": 1}),
    ],
    ids=lambda change: str(list(change)),
)
def test_what_looks_otherwise_has_not_that_form_and_none_of_its_code_runs(change: dict[str, Any]) -> None:
    form = Written().forms.of((LIKE,), {})
    assert form(8, (LIKE,), {}) is not None
    payload = {**LIKE, **change}
    assert form(8, (payload,), {}) is None


def test_other_arguments_and_other_orders_of_fields_have_not_that_form() -> None:
    form = Written().forms.of((LIKE,), {})
    assert form(8, (dict(reversed(LIKE.items())),), {}) is None
    assert form(8, (LIKE, 1), {}) is None
    assert form(8, (), {}) is None
    assert form(8, (LIKE,), {"id": 7}) is None
    assert form(8, (Trap(LIKE),), {}) is None


def test_a_field_is_known_by_its_letters_and_not_only_as_the_same_object() -> None:
    form = Written().forms.of((LIKE,), {})
    assert form(8, ({"".join([*key]): value for key, value in LIKE.items()},), {}) is not None


@pytest.mark.parametrize(
    "payload",
    [
        *({"password": "hunter2"}, {"deep": [{"token": "hunter2"}]}, {"4111 1111 1111 1111": 1}, {1: "a"}),
        *({Key("a"): 1}, {"a": b"bytes"}, Trap(), [Trap()], {"a": Text("b")}, list(range(65)), [[[[[[1]]]]]], print),
        {"a": list(range(40)), "b": list(range(40))},
    ],
    ids=lambda payload: type(payload).__name__,
)
def test_what_is_not_plain_has_none(payload: Any) -> None:
    assert Written().forms.of((payload,), {}) is no_form


def test_nothing_has_none() -> None:
    assert Written().forms.of((), {}) is no_form


@pytest.mark.parametrize("payloads", ["keys", "off"])
def test_where_not_everything_may_be_said_there_is_none(payloads: str) -> None:
    assert Written(Redaction(payloads)).forms.of(({"id": 7},), {}) is no_form
    assert Written(limits=Limits(items=10)).forms.of(({"id": 7},), {}) is no_form


def test_they_are_bounded_in_number_and_size() -> None:
    written = Written()
    made = [written.forms.of(({f"k{number}": 1},), {}) for number in range(300)]
    assert made[-1] is no_form
    assert len(written.records) == 256
    assert Written().forms.of(({f"{'k' * 200}{number}": 1 for number in range(20)},), {}) is no_form


def test_a_form_that_found_no_room_is_not_used() -> None:
    assert PayloadForms(Redaction(), DEFAULT_LIMITS, lambda record: False).of((7,), {}) is no_form


def test_another_stream_is_told_all_of_them() -> None:
    written = Written()
    written.forms.of((7,), {})
    written.forms.of(("a",), {})
    told = [*written.records]
    written.forms.tell_all()
    assert written.records == told * 2
