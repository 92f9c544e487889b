"""What is not here that the plugin needs is one sentence that says what to install."""

from __future__ import annotations

import pytest

from buslens.testing import needs


def test_here_nothing_is_lacking() -> None:
    assert needs.why_not(pytest.__version__) is None
    assert (needs.home() / "bus" / "testing" / "child.py").is_file()


@pytest.mark.parametrize(
    ("pytest_version", "python", "says"),
    [
        ("9.0.1", (3, 9, 18), "on Python 3.11 or newer; this is Python 3.9.18"),
        ("7.4.4", (3, 12, 1), "pytest 8 or newer; this is 7.4.4: pip install 'buslens[pytest]'"),
    ],
)
def test_an_old_python_or_pytest_is_told(pytest_version: str, python: tuple[int, ...], says: str) -> None:
    assert says in str(needs.why_not(pytest_version, python))


def test_a_library_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(needs, "LIBRARIES", ("numpy", "no_such_library"))
    said = "to watch tests buslens needs no_such_library, which is not installed: pip install 'buslens[pytest]'"
    assert needs.why_not("8.0") == said
