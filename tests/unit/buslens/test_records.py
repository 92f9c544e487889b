"""The numbers of the format: docs/capture-format.md says the same, and a reader with NumPy finds each field."""

from __future__ import annotations

import re
from enum import IntEnum
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from buslens.records import FACT, FACT_FIELDS, BlobKind, Flag, Kind, NameKind, Outcome

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "capture-format.md").read_text(encoding="utf-8")


def unsigned(bits: int) -> some.SearchStrategy[int]:
    return some.integers(0, 2**bits - 1)


@given(
    some.tuples(
        *(unsigned(8), unsigned(8), unsigned(16), unsigned(32), some.integers(-(2**63), 2**63 - 1)),
        *(unsigned(64), unsigned(64), unsigned(32), unsigned(32), unsigned(64)),
    )
)
def test_numpy_reads_what_the_recorder_packs(fact: tuple[int, ...]) -> None:
    read = np.frombuffer(FACT.pack(*fact), np.dtype(list(FACT_FIELDS)))
    assert read.tolist() == [fact]


def test_the_page_has_each_field_where_it_lies() -> None:
    rows = re.findall(r"^\| (\d+) \| ([iu]\d) \| (\w+) \|", PAGE, re.MULTILINE)
    layout = np.dtype(list(FACT_FIELDS)).fields
    assert layout is not None
    assert rows == [(str(layout[name][1]), kind.strip("<"), name) for name, kind in FACT_FIELDS]


def test_the_page_has_each_kind_of_fact() -> None:
    found = {}
    for numbers, names in re.findall(r"^\| ([\d, ]+) \| ([A-Z_, ]+) \|", PAGE, re.MULTILINE):
        found |= dict(zip(names.split(", "), map(int, numbers.split(", ")), strict=True))
    assert found == {kind.name: kind.value for kind in Kind}


@pytest.mark.parametrize(
    ("section", "kinds"),
    [(r"Outcomes: ([^.]*)\.", Outcome), (r"Kinds: (1 payload[^.]*)\.", BlobKind), (r"\| flags \| ([^|]*)\|", Flag)],
)
def test_the_page_has_each_number(section: str, kinds: type[IntEnum]) -> None:
    found = re.search(section, PAGE)
    assert found is not None
    said = {int(number) for number in re.findall(r"(?:^|, )(\d+) ", found[1].replace("\n", " "))}
    assert said == {kind.value for kind in kinds}


def test_the_page_has_each_kind_of_name() -> None:
    rows = dict(re.findall(r"^\| (\d) \| (event|handler|lane|queue|bus|counter)\b", PAGE, re.MULTILINE))
    assert rows == {str(kind.value): kind.name.lower() for kind in NameKind}
