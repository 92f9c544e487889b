"""What `buslens run` says at its end of a machine that had no time for the run."""

from __future__ import annotations

import json

import pytest

from app.cli_summary import Summary, print_json, print_tables
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
