"""`buslens doctor` checks every library that the application names, and the version of each."""

from __future__ import annotations

import pytest

from app.doctor import CheckState, _broker, _libraries
from bus.brokers import KINDS
from bus.engines import ENGINES
from buslens import application
from tests.helpers.ports import free_port


def test_every_library_of_the_application_is_named_with_its_version() -> None:
    finding = _libraries()
    assert finding.state is CheckState.OK, finding
    for wanted in application.requirements():
        name = application.name_of(wanted)
        assert f"{name} {application.installed(name)}" in finding.found
    for once_forgotten in ("duckdb", "platformdirs", "common-expression-language"):
        assert once_forgotten in finding.found


@pytest.mark.parametrize(
    ("version", "said"),
    [("", "duckdb is not installed, >=1.1 is needed"), ("0.9.2", "duckdb 0.9.2 is installed, >=1.1 is needed")],
)
def test_what_is_missing_or_too_old_is_said_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, version: str, said: str
) -> None:
    installed = application.installed
    monkeypatch.setattr(application, "installed", lambda name: version if name == "duckdb" else installed(name))
    finding = _libraries()
    assert finding.state is CheckState.MISSING
    assert (finding.found, finding.advice) == (said, "pip install 'buslens[app]'")


@pytest.mark.parametrize("engine", [engine for engine, spec in ENGINES.items() if spec.broker])
def test_a_server_that_is_not_there_is_no_fault_and_whoever_needs_it_is_named(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = ENGINES[engine].broker
    assert kind is not None
    assert kind in KINDS.values()
    monkeypatch.setenv(kind.variable, f"{kind.scheme}://127.0.0.1:{free_port()}/")
    finding = _broker(kind, engine)
    assert (finding.what, finding.state) == (kind.title, CheckState.NOTE)
    assert finding.found.startswith(f"there is no {kind.title} at ")
    assert finding.advice.endswith(f"; only the engine {engine} needs it")
