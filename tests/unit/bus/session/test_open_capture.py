"""What a person is told of a file that is neither a capture nor a scenario."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bus.capture.file_lock import lock
from bus.errors import UserError
from bus.session.open_capture import is_capture, what_is
from buslens.launching.collecting import STREAMS
from buslens.wire import MAGIC
from tests.helpers.make_trace import shop_bytes
from tests.unit.bus.programs.test_collecting import recorded


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("junk.buslens", b"not a capture at all", "this is not a capture, though its name says so"),
        ("empty.buslens", b"", "the file is empty"),
        ("cut.buslens", MAGIC[:3], "cut in its first bytes"),
        ("picture.png", b"\x89PNG\x00\x01\x02\x03", "neither a scenario nor a capture"),
    ],
)
def test_what_is_neither_is_said_in_its_own_words(tmp_path: Path, name: str, content: bytes, told: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UserError, match=told):
        is_capture(path)


@pytest.mark.skipif(os.name != "posix", reason="there are no locks")
def test_a_capture_into_which_nothing_has_come_yet_is_said(tmp_path: Path) -> None:
    path = tmp_path / "x.buslens"
    with path.open("w+b") as file:
        lock(file.fileno())
        with pytest.raises(UserError, match="its program has used no bus so far"):
            is_capture(path)


@pytest.mark.skipif(os.name != "posix", reason="there are no locks")
def test_of_a_capture_that_nobody_makes_any_more_its_streams_are_opened(tmp_path: Path) -> None:
    output = tmp_path / "x.buslens"
    recorded(output, "paid").close()
    output.write_bytes(b"half")
    assert what_is(output) == ("session", tmp_path / f"x.buslens{STREAMS}")


def test_what_a_file_is_depends_on_what_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "renamed.yaml"
    path.write_bytes(shop_bytes(1))
    assert is_capture(path)
    path.write_text("buslens: 1\n", encoding="utf-8")
    assert not is_capture(path)
