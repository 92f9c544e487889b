"""Fixed times and fields of payloads, as scenarios write them."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from bus.scenario.paths_and_times import Path, Shift, Time, shift_ns


def test_a_field_is_named_by_its_path() -> None:
    paths = TypeAdapter(Path)
    assert paths.validate_python("customer.id") == "customer.id"
    for wrong in ("", "a[", 5):
        with pytest.raises(ValidationError):
            paths.validate_python(wrong)


def test_a_time_is_a_text_that_ends() -> None:
    times = TypeAdapter(Time)
    assert times.validate_python("2s") == "2s"
    for wrong in (2, "2 parsecs", "10ms..20ms", "forever"):
        with pytest.raises(ValidationError):
            times.validate_python(wrong)


def test_a_shift_is_a_time_that_may_have_a_minus_before_it() -> None:
    shifts = TypeAdapter(Shift)
    assert [shift_ns(shifts.validate_python(text)) for text in ("2ms", "-2ms", "0s")] == [2_000_000, -2_000_000, 0]
    for wrong in (-2, "--2ms", "+2ms", "-2 parsecs", "-", "-forever"):
        with pytest.raises(ValidationError):
            shifts.validate_python(wrong)
