"""The scenario of a run is found on this machine, though what the run recorded does not say in which folder it lies."""

from __future__ import annotations

from pathlib import Path

from bus.run.order import Order
from bus.scenario import Document
from bus.scenario.samples import FOLDER
from bus.session.run import Run
from bus.session.scenario_file import on_this_machine
from bus.trace import Trace
from bus.trace.capture_bytes import CaptureBytes

TEXT = "buslens: 1\nevents: {a: {}}\n"


def made(folder: Path) -> Document:
    folder.mkdir()
    (folder / "shop.yaml").write_text(TEXT, encoding="utf-8")
    return Document(TEXT, folder / "shop.yaml")


def test_it_is_the_one_that_the_run_was_made_from_before_the_one_that_is_open(tmp_path: Path) -> None:
    run_of, opened = made(tmp_path / "one"), made(tmp_path / "two")
    run = Run.of(run_of, Trace(), 1, Order("pyee", 1, 1.0))
    assert on_this_machine("shop.yaml", run, opened) == str(run_of.path)
    assert on_this_machine("shop.yaml", Run(Trace()), opened) == str(opened.path)


def test_of_a_capture_it_is_the_one_beside_it_or_a_sample(tmp_path: Path) -> None:
    beside = made(tmp_path / "one")
    capture = tmp_path / "one" / "run.buslens"
    capture.write_bytes(b"")
    raw = CaptureBytes.of_file(capture)
    run = Run(Trace(raw=raw), "capture")
    assert on_this_machine("shop.yaml", run, None) == str(beside.path)
    assert on_this_machine("checkout.yaml", run, None) == str(FOLDER / "checkout.yaml")
    raw.close()


def test_what_is_not_found_stays_as_it_is() -> None:
    run = Run(Trace())
    for said in ("", "nowhere.yaml", "/srv/app/orders.py", "a/b.py", "x" * 5_000, "nul\0.yaml"):
        assert on_this_machine(said, run, None) == said


def test_a_file_that_the_scenario_includes_lies_below_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "one"
    (folder / "parts").mkdir(parents=True)
    (folder / "parts" / "a.yaml").write_text("events: {a: {}}\n")
    document = Document("buslens: 1\ninclude: [parts/a.yaml]\n", folder / "shop.yaml")
    assert on_this_machine("parts/a.yaml", Run(Trace()), document) == str(folder / "parts" / "a.yaml")
    assert on_this_machine("../secret.yaml", Run(Trace()), document) == "../secret.yaml"
