"""Paths as a person types them."""

from __future__ import annotations

from pathlib import Path

from buslens.testing.paths import from_here


def test_a_path_below_the_working_directory_is_relative_to_it() -> None:
    assert from_here(Path.cwd() / "tests" / "shop.yaml") == Path("tests/shop.yaml")
    assert from_here(Path("/elsewhere/shop.yaml")) == Path("/elsewhere/shop.yaml")
