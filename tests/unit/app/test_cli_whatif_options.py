"""The options of `buslens whatif`."""

from __future__ import annotations

import pytest

from app.start import start


def test_an_unknown_sample_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert start(["whatif", "chekout", "--set", "arrivals=2x"]) == 2
    assert "did you mean the sample checkout" in capsys.readouterr().err


def test_no_run_at_all_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert start(["whatif", "checkout", "--set", "arrivals=2x", "--seeds", "0"]) == 2
    assert "--seeds" in capsys.readouterr().err
