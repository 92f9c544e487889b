"""The flight recorder and parts of captures, as a person in a terminal meets them."""

from __future__ import annotations

from pathlib import Path

from bus.capture import capture
from tests.helpers.program import Program

FAILING = """buslens: 1
name: Shop
engine: pyee
events: {order.placed: {}, card.charged: {}}
handlers:
  log: {on: order.placed}
  charge_card: {on: card.charged, do: [{fail: {error: CardDeclined, message: no money}}]}
script:
  - {emit: order.placed, every: 100ms, times: 600}
  - {emit: card.charged}
  - {emit: order.placed, every: 100ms, times: 600}
"""


def test_a_run_leaves_the_seconds_around_its_failure(buslens: Program, tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(FAILING)
    ended = buslens("run", tmp_path / "shop.yaml", "--flight-recorder", tmp_path / "flights")
    assert ended.code == 0
    (path,) = (tmp_path / "flights").iterdir()
    assert ended.err == f"buslens: the flight recorder wrote {path}: charge_card failed: CardDeclined\n"
    part = capture.load(path)
    assert round((part.span_ns[1] - part.span_ns[0]) / 1e9) == 40
    assert part.notes.all[0].text == "Flight recorder: charge_card failed: CardDeclined."
    part.raw.close()
    assert buslens("validate", path).out.startswith(f"{path}: fine, a capture with")


def test_without_the_option_nothing_is_written(buslens: Program, tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(FAILING)
    assert buslens("run", tmp_path / "shop.yaml").err == ""
    assert not list(tmp_path.rglob("flight-*"))


def test_a_part_of_a_capture_is_exported(buslens: Program, tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(FAILING)
    whole, part = tmp_path / "whole.buslens", tmp_path / "part.buslens"
    buslens("run", tmp_path / "shop.yaml", "-o", whole)
    assert buslens("export", whole, "--to", "capture", "-o", part, "--from", "10", "--until", "20").code == 0
    found = capture.load(part)
    assert round((found.span_ns[1] - found.span_ns[0]) / 1e9) == 10
    assert len(found.dispatches) in (100, 101)
    found.raw.close()
    complaint = buslens("export", whole, "--to", "csv", "-o", part, "--from", "10").complaint
    assert "--to capture" in complaint
    assert "nothing happened" in buslens(
        "export", whole, "--to", "capture", "-o", part, "--from", "9000", "--until", "9001"
    ).complaint  # fmt: skip
