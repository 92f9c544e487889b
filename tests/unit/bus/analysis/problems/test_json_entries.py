"""An entry of a list in a JSON file is found again by its place, however the file is written."""

from __future__ import annotations

import json

import pytest

from bus.analysis.problems.json_entries import places_in


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ('{"muted": []}', []),
        ('{"muted": [{}, 3]}', [(1, 12), (1, 16)]),
        ('\n{"buslens": 1,\n  "muted" : [\n    {"a": "]"},\n\n    [1, {}] , "x"\n]}\n', [(4, 5), (6, 5), (6, 15)]),
        ('{"a": {"muted": [1]}, "muted": [7]}', [(1, 33)]),
        ('{"muted": [1], "muted": [2, 3]}', [(1, 26), (1, 29)]),
        ('{"mut\\u0065d": [ 1 ]}', [(1, 18)]),
    ],
)
def test_every_entry_is_found(text: str, places: list[tuple[int, int]]) -> None:
    assert places_in(text, "muted") == places


def test_ten_thousand_entries_are_found_at_once() -> None:
    text = json.dumps({"muted": [{"n": number} for number in range(10_000)]}, indent=2)
    found = places_in(text, "muted")
    assert len(found) == 10_000
    assert found[-1] == (3 + 3 * 9_999, 5)
