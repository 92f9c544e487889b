"""Values of the standard library are the text or number that Python itself gives, made without their methods."""

from __future__ import annotations

import array
import datetime as dates
import functools
import pathlib
import threading
from collections.abc import Callable
from decimal import Decimal
from types import MappingProxyType, ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from buslens.known import UNKNOWN, CutStandIn, StandIn, function_name, plain, reader_of

ZONES = some.none() | some.builds(
    lambda minutes: dates.timezone(dates.timedelta(minutes=minutes)), some.integers(-1439, 1439)
)
PARTS = some.text(some.sampled_from("ab. €"), min_size=1, max_size=4)


def read(value: Any, most: int = 2000) -> Any:
    """As the probe reads it."""
    reader = reader_of(type(value))
    assert reader is not None
    return reader(value, most)


@pytest.mark.parametrize(
    "values",
    [
        some.datetimes(timezones=ZONES), some.times(timezones=ZONES), some.dates(), some.timedeltas(), some.uuids(),
        some.decimals(), some.lists(PARTS).map(lambda parts: pathlib.PurePosixPath(*parts)),
        some.lists(PARTS).map(lambda parts: pathlib.PureWindowsPath("C:/", *parts)),
    ],
    ids=["datetime", "time", "date", "timedelta", "uuid", "decimal", "path", "windows path"],
)  # fmt: skip
@given(data=some.data())
def test_it_says_what_python_says(values: some.SearchStrategy[Any], data: some.DataObject) -> None:
    value = data.draw(values)
    expected = value.isoformat() if isinstance(value, (dates.date, dates.time)) else str(value)
    assert read(value) == expected


def test_a_zone_whose_offset_is_made_by_code_is_named_and_not_asked() -> None:
    class Zone(dates.tzinfo):
        def utcoffset(self, _: object) -> Any:
            raise AssertionError("watching ran code of the program")

    read_time = read(dates.datetime(2026, 1, 2, tzinfo=Zone()))
    assert read_time.startswith("2026-01-02T00:00:00 <")
    assert read_time.endswith("Zone>")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (array.array("i", [1, 2]), [1, 2]), (np.int32(5), 5), (np.float64(0.5), 0.5),
        (np.array([[1], [2]]), [[1], [2]]), (np.datetime64("2026-01-02"), dates.date(2026, 1, 2)),
        (np.datetime64("NaT"), "NaT"),
    ],
)  # fmt: skip
def test_numbers_and_arrays_are_plain(value: Any, expected: Any) -> None:
    assert read(value) == expected


def test_what_is_too_large_is_told_and_not_read() -> None:
    assert read(np.zeros((100, 100))) == "<numpy.ndarray of 100 x 100>"
    huge = read(Decimal(10**5000))
    assert type(huge) is CutStandIn
    assert huge.startswith("<decimal.Decimal of ")


def test_a_class_that_only_has_the_name_is_read_as_statically() -> None:
    class UUID:
        __module__ = "uuid"

    assert reader_of(UUID) is not None
    assert read(UUID()) is UNKNOWN


@given(some.binary(max_size=300), some.integers(1, 100))
def test_bytes_are_shown_as_python_writes_them_up_to_a_length(value: bytes, most: int) -> None:
    said = plain(value, bytes, most, 10)
    assert type(said) in (StandIn, CutStandIn)
    if said.is_cut:
        assert repr(value).startswith(said[:-1]) or repr(value[:most])[:most] == said[:-1]
        assert len(said) <= most + 1
    else:
        assert said == repr(value)


def function() -> None: ...


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (function, f"<function {__name__}.function>"), (len, "<function len>"), ("".join, "<function str.join>"),
        (threading.Thread, "<class threading.Thread>"), (pathlib, "<module pathlib>"), (1 + 2j, "(1+2j)"),
        (memoryview(b"ab"), "b'ab'"),
    ],
)  # fmt: skip
def test_what_holds_no_data_is_named(value: Any, said: str) -> None:
    assert plain(value, type(value), 100, 10) == said


def test_views_and_read_only_dicts_are_what_they_show() -> None:
    inner = {"a": 1}
    assert plain(MappingProxyType(inner), MappingProxyType, 100, 10) is inner
    assert plain(inner.keys(), type(inner.keys()), 100, 10) == ["a"]
    assert len(plain({n: n for n in range(50)}.values(), type({}.values()), 100, 10)) == 11


@pytest.mark.parametrize("value", [object(), 5, "text", [1], {"a": 1}, None])
def test_everything_else_is_not_known_here(value: Any) -> None:
    assert plain(value, type(value), 100, 10) is UNKNOWN
    assert reader_of(type(value)) is None


def test_names_of_functions() -> None:
    class Shop:
        def charge(self) -> None: ...

    local = f"{__name__}.{Shop.__qualname__}.charge"
    assert function_name(Shop().charge) == function_name(Shop.charge) == local
    assert function_name(functools.partial(function)) == "functools.partial"
    nameless: Callable[[], None] = function
    assert function_name(nameless) == f"{__name__}.function"


def test_a_module_without_a_name_has_none_made_up() -> None:
    module = ModuleType("gone")
    del module.__dict__["__name__"]
    assert plain(module, ModuleType, 100, 10) == "<module ?>"
