"""`buslens diff`: what it prints, and its exit code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.start import start
from bus.capture import capture
from tests.helpers.two_traces import Call, Emit, recorded


def flows(*, error: str = "", ident: int = 1) -> list[Emit]:
    charge = Call("charge", error, emits=[] if error else [Emit("paid")])
    return [Emit("placed", {"id": ident}, [Call("log"), charge])] * 12


def saved(folder: Path, name: str, some: list[Emit]) -> str:
    capture.save(recorded(some), folder / name)
    return str(folder / name)


def test_the_same_twice_is_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert start(["diff", saved(tmp_path, "a", flows()), saved(tmp_path, "b", flows())]) == 0
    out = capsys.readouterr().out
    assert "A and B are the same: 48 emits and calls in both." in out
    assert out.startswith(f"A  {tmp_path}/a 24 dispatches, 24 calls\n")


def test_what_differs_is_told_with_the_first_divergence_on_top(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert start(["diff", saved(tmp_path, "a", flows()), saved(tmp_path, "b", flows(error="no"))]) == 1
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert lines[2] == (
        "After 3 emits and calls that are in both, 4 us after the first emit: "
        "charge ends well in A, and fails with ValueError: no in B."
    )
    assert "! 12 x charge ends well in A, and fails with ValueError: no in B." in lines
    assert "- 12 x charge emits paid in A, and not in B." in lines
    assert "       placed > charge > paid" in lines
    assert lines[-1] == "36 emits and calls in both; 12 missing, 12 fails"


def test_json_says_the_same_with_the_ids_of_an_example(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = saved(tmp_path, "a", flows()), saved(tmp_path, "b", flows(error="no", ident=2))
    assert start(["diff", *paths, "--json"]) == 1
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert (found["same"], found["a"]["calls"], found["matched"]) == (False, 24, 36)
    assert {name: count for name, count in found["counts"].items() if count} == {
        "missing": 12, "fails": 12, "payload": 12,
    }  # fmt: skip
    carried, failed, missing = found["differences"]
    assert carried["field"] == {"path": "id", "a": 1, "b": 2}
    assert (failed["what"], failed["kind"], failed["path"], failed["count"]) == (
        "fails",
        "call",
        ["placed", "charge"],
        12,
    )
    assert (missing["a"], missing["b"]) == ({"id": 4}, None)
    assert {each["handler"]: each["in_b"] for each in found["durations"]} == {"charge": "faster", "log": "same"}


def test_what_does_not_count_does_not_fail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = saved(tmp_path, "a", flows()), saved(tmp_path, "b", flows(ident=2))
    assert start(["diff", *paths]) == 1
    assert start(["diff", *paths, "--ignore", "placed:id"]) == 0
    assert start(["diff", *paths, "--ignore", "id"]) == 0
    assert start(["diff", *paths, "--no-payloads"]) == 0
    assert start(["diff", *paths, "--ignore", "paid:*"]) == 1
    assert "A and B are the same" in capsys.readouterr().out


def test_only_so_many_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    more = [Emit(f"new {number}") for number in range(9)]
    paths = saved(tmp_path, "a", []), saved(tmp_path, "b", more)
    assert start(["diff", *paths, "--most", "4"]) == 1
    assert "… and 5 more differences" in capsys.readouterr().out
    assert start(["diff", *paths, "--most", "0", "--json"]) == 1
    assert len(json.loads(capsys.readouterr().out)["differences"]) == 9


def test_what_cannot_be_compared_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = saved(tmp_path, "a", flows())
    (tmp_path / "text").write_text("no capture", encoding="utf-8")
    for other in ("text", "nothing"):
        assert start(["diff", good, str(tmp_path / other)]) == 2
        assert str(tmp_path / other) in capsys.readouterr().err


def test_a_name_steers_no_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    start(["diff", saved(tmp_path, "a", []), saved(tmp_path, "b", [Emit("\x1b[2J[red]x")])])
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\\x1b[2J[red]x" in out
