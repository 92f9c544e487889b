"""No connection of the person who runs the tests is read, and passwords are kept in a keyring that a test owns."""

from __future__ import annotations

from pathlib import Path

import pytest

from bus.brokers import KINDS
from bus.connections import file, secrets
from tests.helpers.ring import Ring


@pytest.fixture(autouse=True)
def nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file, "path", lambda: tmp_path / "connections.json")
    for kind in KINDS.values():
        monkeypatch.delenv(kind.variable, raising=False)
        monkeypatch.delenv(kind.password_variable, raising=False)


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Ring:
    ring = Ring()
    monkeypatch.setattr(secrets, "_keyring", lambda: ring)
    return ring
