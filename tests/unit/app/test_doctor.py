"""`buslens doctor` checks every library that the application names, and the version of each."""

from __future__ import annotations

import pytest

from app.doctor import CheckState, _libraries
from buslens import application


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
