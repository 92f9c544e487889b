"""Values of every kind as a watched program has them: shown as what they hold, and none of their code is run."""

from __future__ import annotations

import array
import datetime
import json
import pathlib
import threading
import types
import uuid
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum, IntEnum
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pydantic
import pydantic.v1
import pytest

from buslens.limits import DEFAULT_LIMITS
from buslens.payloads import shown, snapshot

HERE = __name__
Point = namedtuple("Point", "x y")


def kept(value: object) -> Any:
    kind, body, _ = snapshot(value).encoded()
    return json.loads(body) if kind == 1 else body.decode()


def ran(*_: object, **__: object) -> Any:
    raise AssertionError("watching ran the program's code")


class Meta(type):
    __hash__ = __eq__ = __instancecheck__ = __subclasscheck__ = __getattribute__ = __repr__ = __bool__ = ran  # type: ignore[assignment]


class Hostile(metaclass=Meta):
    """Whoever touches it by anything but C's own slots is told."""

    __slots__ = ("__dict__", "slot")

    __repr__ = __str__ = __len__ = __eq__ = __hash__ = __bool__ = __iter__ = __getattr__ = __getattribute__ = ran  # type: ignore[assignment]
    __format__ = __reduce_ex__ = __sizeof__ = __dir__ = __index__ = __int__ = __float__ = __contains__ = ran  # type: ignore[assignment]
    __class__ = property(ran)  # type: ignore[assignment]
    computed = property(ran)


def hostile_object() -> object:
    self: object = object.__new__(Hostile)
    object.__setattr__(self, "slot", 1)
    object.__setattr__(self, "field", [2])
    return self


class RudeDict(dict):  # type: ignore[type-arg]
    items = keys = __iter__ = __len__ = __getitem__ = __bool__ = __repr__ = ran  # type: ignore[assignment]


class RudeList(list):  # type: ignore[type-arg]
    __iter__ = __len__ = __getitem__ = __bool__ = __repr__ = ran  # type: ignore[assignment]


class RudeArray(array.array):  # type: ignore[type-arg]
    tolist = __iter__ = __getitem__ = __len__ = __repr__ = ran


class Tagged(np.ndarray):  # type: ignore[type-arg]
    tolist = __iter__ = __getitem__ = __len__ = __repr__ = __str__ = ran


class RudeStr(str):
    __str__ = __len__ = __getitem__ = __eq__ = __hash__ = __repr__ = __format__ = encode = ran  # type: ignore[assignment]


class RudeInt(int):
    __int__ = __index__ = __eq__ = __lt__ = __le__ = __hash__ = __repr__ = bit_length = ran  # type: ignore[assignment]


class Topic(str, Enum):  # noqa: UP042  as in programs for older Pythons
    PAID = "order.paid"


class Level(IntEnum):
    HIGH = 3


@dataclass
class Login:
    user: str
    password: str = field(default="", repr=False)


class Pinned:
    __slots__ = ("a", "b")

    def __init__(self) -> None:
        self.a = 1


class Model(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="allow")
    id: int
    key: pydantic.SecretStr
    hidden: int = pydantic.Field(3, repr=False)


class OldModel(pydantic.v1.BaseModel):
    key: pydantic.v1.SecretStr = pydantic.v1.SecretStr("hunter2")


class Unzoned(datetime.tzinfo):
    utcoffset = dst = tzname = ran


def test_no_code_of_an_object_its_class_or_its_metaclass_is_run() -> None:
    hostile = {"<class>": f"{HERE}.Hostile", "slot": 1, "field": [2]}
    assert kept(hostile_object()) == hostile
    several = [hostile_object(), {"x": hostile_object()}, (hostile_object(),)]
    assert kept(several) == [hostile, {"x": hostile}, [hostile]]
    assert kept(Hostile) == f"<class {HERE}.Hostile>"
    assert kept(types.MappingProxyType({"x": hostile_object()})) == {"x": hostile}
    assert "slot=1" in shown(hostile_object())


def test_subclasses_of_builtins_are_read_by_the_builtins_own_methods() -> None:
    assert kept(RudeDict(a=1)) == {"<class>": f"{HERE}.RudeDict", "a": 1}
    assert kept(RudeList([1, 2])) == {"<class>": f"{HERE}.RudeList", "<value>": [1, 2]}
    assert kept(RudeStr("text")) == "text"
    assert kept(RudeInt(5)) == 5
    assert kept({"a": RudeStr("x")}) == {"a": "x"}
    assert kept(defaultdict(list, a=1)) == {"a": 1}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (Topic.PAID, {"<class>": f"{HERE}.Topic", "name": "PAID", "value": "order.paid"}),
        (Level.HIGH, {"<class>": f"{HERE}.Level", "name": "HIGH", "value": 3}),
        (Point(1, 2), {"<class>": f"{HERE}.Point", "x": 1, "y": 2}),
        (Pinned(), {"<class>": f"{HERE}.Pinned", "a": 1}),
        (Login("ann", "hunter2"), {"<class>": f"{HERE}.Login", "user": "ann", "password": "<not shown>"}),
        (
            Model(id=1, key=pydantic.SecretStr("hunter2"), more=2),  # type: ignore[call-arg]
            {
                "<class>": f"{HERE}.Model",
                "id": 1,
                "key": "<pydantic.types.SecretStr, not shown>",
                "hidden": "<not shown>",
                "more": 2,
            },
        ),
        (OldModel(), {"<class>": f"{HERE}.OldModel", "key": "<pydantic.v1.types.SecretStr, not shown>"}),
        (ValueError("no", 1), {"<class>": "ValueError", "args": ["no", 1]}),
        (Fraction(1, 3), {"<class>": "fractions.Fraction", "_denominator": 3, "_numerator": 1}),
        (range(3), {"<class>": "range", "start": 0, "stop": 3, "step": 1}),
        (types.SimpleNamespace(a=1), {"<class>": "types.SimpleNamespace", "a": 1}),
        (datetime.datetime(2026, 1, 2, 3, 4, 5), "2026-01-02T03:04:05"),
        (datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC), "2026-01-02T00:00:00+00:00"),
        (datetime.datetime(2026, 7, 2, tzinfo=ZoneInfo("Europe/Berlin")), "2026-07-02T00:00:00+02:00"),
        (datetime.datetime(2026, 1, 2, tzinfo=Unzoned()), f"2026-01-02T00:00:00 <{HERE}.Unzoned>"),
        (datetime.date(2026, 1, 2), "2026-01-02"),
        (datetime.time(1, 2), "01:02:00"),
        (datetime.timedelta(1, 2), "1 day, 0:00:02"),
        (uuid.UUID(int=5), "00000000-0000-0000-0000-000000000005"),
        (Decimal("1.50"), "1.50"),
        (pathlib.PurePosixPath("/a") / "b", "/a/b"),
        (pathlib.PurePosixPath("a", "b"), "a/b"),
        (pathlib.PurePosixPath("a//b/./c"), "a/b/c"),
        (pathlib.PureWindowsPath("c:/a"), "c:\\a"),
        (deque([1, 2]), [1, 2]),
        ({"a": 1}.keys(), ["a"]),
        (np.int64(3), 3),
        (np.float64(0.5), 0.5),
        (np.arange(3), [0, 1, 2]),
        (np.zeros((1000, 1000)), "<numpy.ndarray of 1000 x 1000>"),
        (np.array([1, 2], dtype="M8[ns]")[0], "1970-01-01T00:00:00.000000001"),
        (np.datetime64("2026-01-02"), "2026-01-02"),
        (np.datetime64("NaT"), "NaT"),
        (np.timedelta64(5, "ns"), "5 nanoseconds"),
        (np.longdouble("1.5"), "1.5"),
        (np.array([5], dtype="M8[ns]"), {"<class>": "numpy.ndarray of M8[ns]", "<value>": [5]}),
        (np.arange(2).view(Tagged), {"<class>": f"{HERE}.Tagged", "<value>": [0, 1]}),
        (np.array([object, "a"], dtype=object), ["<class object>", "a"]),
        (array.array("i", [1, 2]), [1, 2]),
        (RudeArray("d", [1.5]), [1.5]),
        (array.array("u", "hé"), "hé"),
        (memoryview(b"abcdef")[::2], "b'ace'"),
        (memoryview(np.zeros((1, 2), "u1")), r"b'\x00\x00'"),
        (memoryview(np.zeros((300, 300), "u1")), "<memoryview of 300 x 300>"),
        (OrderedDict(a=1), {"a": 1}),
        (Counter("aab"), {"a": 2, "b": 1}),
        (defaultdict(list, a=[1]), {"a": [1]}),
        (frozenset({1}), [1]),
        (threading.Lock(), "<_thread.lock>"),
        (1j, "1j"),
        ({1: 2, (1, 2): 3, None: 4}, {"1": 2, "(1, 2)": 3, "None": 4}),
        ({1: 2, "1": 3, 2: 4}, {"1": 2, "1 <str 1>": 3, "2": 4}),
        ({Topic.PAID: 5, Level.HIGH: 6}, {"order.paid": 5, "Level.HIGH": 6}),
    ],
)  # fmt: skip
def test_values_are_shown_as_what_they_carry(value: object, said: object) -> None:
    assert kept(value) == said


def test_names_of_events_that_are_no_strings_are_short_texts() -> None:
    assert shown(Topic.PAID) == "order.paid"
    assert shown(Level.HIGH) == "Level.HIGH"
    assert shown(("order", 1)) == "('order', 1)"
    assert shown(Login) == f"<class {HERE}.Login>"
    assert shown(Login("ann")) == "Login(user='ann', password='<not shown>')"
    one, two = object(), object()
    assert shown(one) != shown(two), "nothing else tells them apart"


@pytest.mark.parametrize(
    "value",
    [
        RudeDict((str(n), n) for n in range(100_000)),
        RudeList(range(1_000_000)),
        RudeStr("x" * 10_000_000),
        {n: Pinned() for n in range(1000)},
        bytearray(10_000_000),
        Decimal("1" * 1_000_000),
        memoryview(bytes(10_000_000)),
        memoryview(np.zeros((3000, 3000))),
        np.zeros((3000, 3000)),
        array.array("i", range(100_000)),
        array.array("u", "x" * 100_000),
        deque(range(100_000)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_huge_values_of_any_kind_are_cut_and_say_so(value: object) -> None:
    _, body, cut = snapshot(value).encoded()
    assert cut
    assert len(body) < 2 * DEFAULT_LIMITS.total


def test_an_object_that_reaches_the_whole_program_costs_little() -> None:
    class Node:
        def __init__(self, depth: int) -> None:
            self.parts = [Node(depth - 1) for _ in range(4)] if depth else []
            self.root = self

    _, body, cut = snapshot(Node(6)).encoded()
    assert cut
    assert 0 < body.count(b'"parts"') <= DEFAULT_LIMITS.objects


def test_values_that_other_threads_change_meanwhile_do_no_harm() -> None:
    class Changing:
        pass

    shared = Changing()
    plain: dict[str, int] = {}
    stop = threading.Event()

    def change() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            vars(shared)[f"f{number % 1000}"] = number
            plain[f"k{number % 1000}"] = number
            if number % 700 == 0:
                vars(shared).clear()
                plain.clear()

    thread = threading.Thread(target=change)
    thread.start()
    try:
        for _ in range(300):
            assert snapshot([shared, plain]).encoded()[0] == 1
    finally:
        stop.set()
        thread.join()


def test_nothing_of_the_program_is_kept() -> None:
    import gc
    import weakref

    class Order:
        def __init__(self) -> None:
            self.lines = {Topic.PAID: [self]}

    order = Order()
    seen = weakref.ref(order)
    taken = snapshot({"order": order, "all": [order]})
    del order
    gc.collect()
    assert seen() is None
    assert taken.encoded()
