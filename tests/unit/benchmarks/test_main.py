"""What `dev.py bench` makes of a measurement."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from benchmarks.__main__ import section_of

ROWS = [{"figure": "seconds", "value": 20.0}, {"figure": "seen", "value": 1234567}]


@pytest.fixture
def measurement(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    module = ModuleType("benchmarks.long_run", "How long it runs.")
    monkeypatch.setitem(sys.modules, "benchmarks.long_run", module)
    return module


def test_a_measurement_is_a_section_with_its_words_and_a_table(measurement: ModuleType) -> None:
    vars(measurement)["measure"] = lambda: ROWS
    table = "| figure | value |\n| --- | --- |\n| seconds | 20 |\n| seen | 1,234,567 |"
    assert section_of("long_run") == f"## Long run\n\nHow long it runs.\n\n{table}\n"


def test_seconds_are_for_those_that_take_a_time(measurement: ModuleType) -> None:
    vars(measurement)["measure"] = lambda seconds=20.0: {"seconds": seconds}
    assert "| seconds | 3,600 |" in section_of("long_run", 3600.0)
    assert "| seconds | 20 |" in section_of("long_run")
    vars(measurement)["measure"] = lambda: {"seconds": "as ever"}
    assert "| seconds | as ever |" in section_of("long_run", 3600.0)
