"""A file's text as YAML, or a sentence with the place of what is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from bus.errors import UserError
from bus.scenario.parsed import read, read_text


def test_a_text_is_read_with_its_values_and_where_they_stand() -> None:
    found = read("buslens: 1\nname: [a]\n", "f.yaml")
    assert (found.values, found.file, found.mistakes) == ({"buslens": 1, "name": ["a"]}, "f.yaml", ())


def test_what_is_no_utf_8_is_told_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(b"buslens: 1\nname: \xff\n")
    with pytest.raises(UserError, match=r"f\.yaml:2:7: the file is not UTF-8 text"):
        read_text(path)
