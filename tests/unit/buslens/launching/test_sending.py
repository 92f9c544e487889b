"""Spans of a watched program are sent beside it, where that can be."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from buslens.launching import sending
from buslens.launching.sending import LOG, command_for, send_beside, why_none
from buslens.launching.session import LaunchSession, Process
from tests.helpers.patience import wait_until


@pytest.mark.parametrize("to", ["otlp=http://a:4318", "otlp=https://a/b", "otlp="])
def test_an_address_of_a_collector_is_taken_where_the_application_is_there(
    to: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("buslens.application.why_not", lambda: None)
    assert why_none(to) == ""
    monkeypatch.setattr("buslens.application.why_not", lambda: "the application is needed")
    assert why_none(to) == "the application is needed"


@pytest.mark.parametrize(
    "to", ["", "jsonl", "otlp", "otlp=a:4318", "otlp=file:///a", "otlp=http://me:pw@a", "otlp=http://a b"]
)
def test_anything_else_is_not(to: str) -> None:
    assert "otlp=http://localhost:4318" in why_none(to)


def test_all_of_the_session_is_sent() -> None:
    assert command_for("/s", "otlp=http://a")[:4] == [sys.executable, "-m", "buslens", "export"]


def test_what_the_sender_says_is_in_a_file_beside_the_captures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "command_for", lambda *_: [sys.executable, "-c", "print('3 spans were sent')"])
    tmp_path.chmod(0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    process = Process(LaunchSession.made(), "")
    process.write()
    process.records_into(str(tmp_path / "x.buslens"))
    said = send_beside(os.getpid(), process.session.folder, "otlp=http://a:4318")
    log = Path(process.session.folder) / LOG
    assert said == f"spans go to http://a:4318, and what becomes of them is said in {log}"
    wait_until(lambda: log.exists() and log.read_text() == "3 spans were sent\n", lambda: "nothing was said")
    assert log.stat().st_mode & 0o777 == 0o600
