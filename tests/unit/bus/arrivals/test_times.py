"""Times of tables: seconds, and ISO 8601."""

from __future__ import annotations

import pytest

from bus.arrivals.times import nanoseconds


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("0", 0),
        (" 1.5 ", 1_500_000_000),
        ("-0.000000001", -1),
        ("1795000000.123456789", 1_795_000_000_123_456_789),
        ("1e3", 10**12),
        ("1970-01-01T00:00:01Z", 10**9),
        ("1970-01-01 00:00:01.000001", 1_000_001_000),
        ("1970-01-01T01:00:00+01:00", 0),
        ("1969-12-31T23:59:59Z", -(10**9)),
        ("", None),
        ("soon", None),
        ("NaN", None),
        ("1e99", None),
        ("1" * 100, None),
    ],
)
def test_a_time_is_nanoseconds_or_none(text: str, found: int | None) -> None:
    assert nanoseconds(text) == found
