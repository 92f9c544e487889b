"""What a finding is known by, and whose it is."""

from __future__ import annotations

import pytest

from bus.analysis.problems.finding import Evidence, Finding, Severity, stable
from bus.errors import Place


def finding(place: Place | None = None, key: tuple[str, ...] = ("saved", "never")) -> Finding:
    return Finding("nobody-listens", Severity.HINT, "t", "m", "a", Evidence(1, 0, 0), key, place)


def test_a_fingerprint_is_of_the_key_alone() -> None:
    assert finding(Place("/a/shop.py", 3)).fingerprint == finding(Place("/b/shop.py", 90)).fingerprint
    assert finding(key=("saved", "slip")).fingerprint != finding().fingerprint
    assert len(finding().fingerprint) == 16


def test_what_is_split_differently_is_not_the_same() -> None:
    assert finding(key=("ab", "c")).fingerprint != finding(key=("a", "bc")).fingerprint


@pytest.mark.parametrize(
    ("file", "is_library"),
    [
        ("/srv/.venv/lib/python3.11/site-packages/pyee/base.py", True),
        ("/usr/lib/python3.11/asyncio/tasks.py", True),
        ("C:\\Python311\\Lib\\asyncio\\tasks.py", True),
        ("/srv/shop/library.py", False),
        ("/srv/shop/lib/main.py", False),
    ],
)
def test_a_library_is_known_by_where_it_lies(file: str, is_library: bool) -> None:
    assert finding(Place(file, 3)).is_library is is_library


def test_a_place_in_a_key_is_the_same_in_another_checkout() -> None:
    assert stable(Place("/home/ann/shop/main.py", 12)) == stable(Place("C:\\work\\shop\\main.py", 90)) == "shop/main.py"
    assert stable(None) == ""


def test_severities_are_ordered() -> None:
    assert [each.word for each in sorted(Severity)] == ["hint", "warning", "error"]
