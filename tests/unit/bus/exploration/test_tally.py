"""What many runs show together: the same in one process and in several."""

from __future__ import annotations

import json

from bus.exploration.explorer import Plan
from bus.exploration.tally import Tally, tally_from
from tests.helpers.exploring import LOST_UPDATE, explored, sample


def test_two_halves_in_two_processes_are_the_whole() -> None:
    document = sample("lost-update")
    whole = explored(document, 20)
    parts = [explored(document, 10, plan=Plan(first=first, step=2)) for first in (1, 0)]
    merged = Tally()
    for part in parts:
        merged.merge(tally_from(json.loads(json.dumps(part.as_json()))))
    assert merged.as_json() == whole.as_json()
    assert merged.sightings[LOST_UPDATE].run == 1
