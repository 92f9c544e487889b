"""A run says which scenario it was made from, however that is edited, saved or replaced afterwards."""

from __future__ import annotations

from pathlib import Path

from bus.scenario import Document
from bus.scenario.samples import SAMPLES
from bus.session.origin import RunOrigin

TEXT = "buslens: 1\nname: Shop\nevents: {a: {}}\n"


def test_the_scenario_as_it_is_now_and_as_it_was_then(tmp_path: Path) -> None:
    document = Document(TEXT, tmp_path / "a.yaml")
    origin = RunOrigin.of(document)
    assert origin.differs_from(document) == ""
    document.add_event("b")
    assert origin.differs_from(document) == f"made from an earlier text of {document.title}"
    assert origin.texts.own == TEXT
    assert list(origin.scenario.events) == ["a"]
    document.undo()
    assert origin.differs_from(document) == ""


def test_another_scenario_is_another_one_whatever_its_name(tmp_path: Path) -> None:
    origin = RunOrigin.of(Document(TEXT, tmp_path / "a.yaml"))
    other = Document(TEXT.replace("a:", "b:"), tmp_path / "b" / "a.yaml")
    assert origin.differs_from(other) == f"made from {origin.title}, which is not the scenario that is open"


def test_scenarios_without_a_file_are_told_apart_by_their_names() -> None:
    origin = RunOrigin.of(Document(TEXT))
    assert origin.differs_from(Document(TEXT + "seed: 1\n")).startswith("made from an earlier text of ")
    renamed = Document(TEXT.replace("Shop", "Market"))
    assert origin.differs_from(renamed).endswith("which is not the scenario that is open")


def test_nothing_is_said_where_no_scenario_is_open() -> None:
    assert RunOrigin.of(Document(TEXT)).differs_from(None) == ""


def test_samples_are_those_that_buslens_brings(tmp_path: Path) -> None:
    sample = SAMPLES[0].path
    assert RunOrigin.of(Document(sample.read_text(encoding="utf-8"), sample)).is_sample
    assert not RunOrigin.of(Document(TEXT, tmp_path / sample.name)).is_sample
    assert not RunOrigin.of(Document(TEXT)).is_sample
