"""What can be wrong with a broker."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bus.contract.trouble import BrokerTrouble
from bus.engines import ENGINES, models_of


@pytest.mark.parametrize("trouble", BrokerTrouble)
@pytest.mark.parametrize("engine", ENGINES)
def test_where_an_engine_cannot_do_it_nothing_happens(engine: str, trouble: BrokerTrouble) -> None:
    if trouble not in ENGINES[engine].troubles:
        assert not ENGINES[engine].make().disturb(trouble, begins=True)


def test_a_model_can_do_what_the_real_one_can() -> None:
    for spec in ENGINES.values():
        assert not spec.models or spec.troubles >= ENGINES[spec.models].troubles


def test_the_page_says_what_each_engine_can_do() -> None:
    page = (Path(__file__).parents[4] / "docs" / "scenario.md").read_text(encoding="utf-8")
    table = page.partition("### Faults of brokers")[2].partition("\n##")[0]
    told = {
        engine: {trouble for trouble, cell in zip(BrokerTrouble, cells, strict=True) if cell.startswith("yes")}
        for line in table.splitlines()
        if line.startswith("| `")
        for engines, *cells in [[cell.strip() for cell in line.strip("|").split("|")]]
        for engine in re.findall("`([^`]+)`", engines)
    }
    assert told == {engine: set(spec.troubles) for engine, spec in ENGINES.items()}


def test_another_engine_is_named_that_can_do_it() -> None:
    assert models_of("rabbitmq", BrokerTrouble.RESTARTS) == ["rabbitmq-model"]
    assert models_of("sqlite", BrokerTrouble.UNREACHABLE) == []
    assert models_of("pyee", BrokerTrouble.FULL) == []
