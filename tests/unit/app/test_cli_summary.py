"""What `buslens run` says at its end: why calls failed, and of a machine that had no time for the run."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from app.cli_summary import Summary, print_json, print_tables
from bus.analysis.failures import Failures
from bus.runtime.state import LATE_NS


def summary(late_ns: int) -> Summary:
    return Summary(
        "Shop", "pyee", 7, 30_000_000, late_ns=late_ns, dispatches=1, calls=1, dropped=0, events=(), handlers=(),
        expectations=(), lines=None, ledger=None,
    )  # fmt: skip


def test_times_that_are_longer_than_the_scenario_says_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    print_tables(summary(4_870_000_000))
    assert capsys.readouterr().out.splitlines()[-1] == (
        "up to 4.87 s late: this machine had no time for it, so times are longer than the scenario says"
    )
    print_json(summary(4_870_000_000))
    assert json.loads(capsys.readouterr().out)["late_ns"] == 4_870_000_000


def test_a_machine_that_kept_up_is_no_news(capsys: pytest.CaptureFixture[str]) -> None:
    print_tables(summary(LATE_NS - 1))
    assert "late" not in capsys.readouterr().out


def test_why_calls_failed_is_told_the_most_frequent_first(capsys: pytest.CaptureFixture[str]) -> None:
    failures = [Failures(f"E{number}", "h", "card\x1b[2J 1" if not number else "", 9 - number) for number in range(8)]
    print_tables(replace(summary(0), failures=failures))
    lines = capsys.readouterr().out.splitlines()
    assert lines[-6].startswith("  9 E0 in h: card")
    assert "\x1b" not in lines[-6]
    assert lines[-5:] == ["  8 E1 in h", "  7 E2 in h", "  6 E3 in h", "  5 E4 in h",
                          "  and 9 more of other types or handlers"]  # fmt: skip
    print_json(replace(summary(0), failures=failures[1:2]))
    (told,) = json.loads(capsys.readouterr().out)["failures"]
    assert told == {"type": "E1", "handler": "h", "message": "", "count": 8}
