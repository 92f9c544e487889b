"""Each detector stands by itself: named for baselines, and silent where there is nothing."""

from __future__ import annotations

import re

import pytest

from bus.analysis.problems import DETECTORS
from bus.analysis.problems.detector import Detector
from bus.analysis.problems.observed import Observed
from bus.trace import Trace


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda each: each.id)
def test_a_detector_has_a_permanent_id_and_says_nothing_of_nothing(detector: Detector) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", detector.id)
    assert list(detector.find(Observed(Trace()))) == []
