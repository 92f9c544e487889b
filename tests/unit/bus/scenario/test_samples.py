"""The samples that Buslens brings, the JSON Schema that editors use, and the documentation."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from bus import scenario
from bus.scenario import schema
from bus.scenario.faults import FAULTS
from bus.scenario.samples import FOLDER, SAMPLES, Sample
from bus.scenario.steps import VERBS
from buslens.records import Fault
from tests.helpers.live import Live

ROOT = Path(__file__).resolve().parents[4]


def test_every_sample_is_listed() -> None:
    assert {sample.path.name for sample in SAMPLES} == {path.name for path in FOLDER.glob("*.yaml")}


def test_every_part_is_included_by_a_sample_and_is_none_itself() -> None:
    parts = {path.relative_to(FOLDER).as_posix() for path in FOLDER.glob("*/**/*.yaml")}
    assert parts
    assert parts == {name for sample in SAMPLES for name in scenario.load(sample.path).texts.included}


@pytest.mark.parametrize("sample", SAMPLES, ids=[sample.id for sample in SAMPLES])
def test_a_sample_opens_teaches_and_its_samples_meet_their_schemas(sample: Sample) -> None:
    found = scenario.load(sample.path)
    assert found.text.startswith("# yaml-language-server: $schema=../scenario.schema.json\n#\n# ")
    assert not found.needs_trust
    assert found.scenario.name == sample.title
    for event in found.scenario.events.values():
        if event.sample is not None:
            assert event.checker.problems(event.sample) == []


@pytest.mark.parametrize("sample", SAMPLES, ids=[sample.id for sample in SAMPLES])
def test_editors_find_nothing_wrong_with_a_sample(sample: Sample) -> None:
    checker = jsonschema.Draft202012Validator(json.loads(schema.FILE.read_text(encoding="utf-8")))
    assert list(checker.iter_errors(YAML(typ="safe").load(sample.path))) == []


def test_each_kind_of_fault_happens_in_the_sample_that_the_documentation_names(live: Live) -> None:
    page = (ROOT / "docs" / "scenario.md").read_text(encoding="utf-8")
    table = page.partition("### Records of faults")[2].partition("\n### ")[0]
    rows = [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in table.splitlines()]
    told = {row[0]: (row[1].split(", "), row[3]) for row in rows if row[0] in FAULTS}
    assert told.keys() == FAULTS.keys()
    seen = {
        sample: {Fault(int(fault)).name for fault in live.ended(FOLDER / f"{sample}.yaml").trace.marks.fault if fault}
        for sample in {sample for _, sample in told.values()}
    }
    for records, sample in told.values():
        assert {*records} <= seen[sample]
    assert {fault.name for fault in Fault} == {name for records, _ in told.values() for name in records}


def test_one_command_writes_anew_all_that_is_made_from_the_code() -> None:
    source = (ROOT / "dev.py").read_text(encoding="utf-8")
    made = {path.relative_to(ROOT).with_suffix("") for room in ("bus", "ui") for path in (ROOT / room).rglob("*.py")
            if "dev.py generate" in path.read_text(encoding="utf-8")}  # fmt: skip
    assert len(made) >= 2
    for path in made:
        assert f'"{".".join(path.parts)}"' in source


def test_the_documentation_tells_every_verb_and_its_examples_open() -> None:
    text = (ROOT / "docs" / "scenario.md").read_text(encoding="utf-8")
    for verb in VERBS:
        assert f"`{verb}`" in text
    examples = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    whole = [example for example in examples if example.startswith("buslens: 1")]
    assert whole
    for example in whole:
        scenario.loads(example)
