"""The picture of a sweep."""

from __future__ import annotations

import math
from xml.etree import ElementTree

import pytest

from bus.modelling.confidence import Estimate
from bus.modelling.sweep_picture import picture, rounded_step

POINTS = [
    ("0.5x", 0.5, Estimate(6e6, 1e6, 4)),
    ("1x", 1.0, Estimate(12e6, 3e6, 4)),
    ("2x", 2.0, Estimate(340e6, 7e6, 4)),
]
SVG = "{http://www.w3.org/2000/svg}"


def test_each_point_is_there_with_its_interval() -> None:
    root = ElementTree.fromstring(picture("latency p99 of flow", "arrivals", POINTS))
    assert len(root.findall(f"{SVG}circle")) == 3
    assert len(root.findall(f"{SVG}polygon")) == 1
    heights = [float(each.attrib["cy"]) for each in root.findall(f"{SVG}circle")]
    assert heights == sorted(heights, reverse=True)
    assert all(0 < each < 360 for each in heights)
    assert {"0.5x", "1x", "2x", "arrivals"} <= {each.text for each in root.findall(f"{SVG}text")}


@pytest.mark.parametrize(
    "points",
    [[], [("1x", 1.0, Estimate(math.nan, math.nan, 0))], [("1x", 1.0, Estimate(0.0, math.nan, 1))],
     [("1x", 1.0, Estimate(5.0, 9.0, 2)), ("2x", 2.0, Estimate(5.0, math.nan, 1))]],
)  # fmt: skip
def test_what_is_not_known_leaves_a_picture(points: list[tuple[str, float, Estimate]]) -> None:
    ElementTree.fromstring(picture('<b>"&\x1b', "a & b", points, is_time=False))


def test_steps_of_an_axis_are_round() -> None:
    assert [rounded_step(each) for each in (0.3, 1, 1.1, 49, 50.1)] == [0.5, 1, 2, 50, 100]
