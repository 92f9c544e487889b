"""Lines of source files stand in tracebacks, also where the program has modules of its own by Python's names."""

from __future__ import annotations

import linecache
import subprocess
import sys
from pathlib import Path

import pytest

from buslens.source_lines import line_of
from tests.helpers.patience import PATIENCE_S


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a program that has loaded nothing that reads source."""
    monkeypatch.delitem(sys.modules, "linecache")


def test_a_line_is_found_or_there_is_none(tmp_path: Path, alone: None) -> None:
    file = tmp_path / "shop.py"
    file.write_text("first\n  second ü\n", encoding="utf-8")
    assert [line_of(str(file), line) for line in (0, 1, 2, 3)] == ["", "first", "  second ü", ""]
    assert line_of(str(tmp_path / "none.py"), 1) == ""
    assert line_of("<string>", 1) == ""
    assert line_of("a\0b", 1) == ""


def test_a_file_says_how_it_is_encoded(tmp_path: Path, alone: None) -> None:
    latin, odd = tmp_path / "latin.py", tmp_path / "odd.py"
    latin.write_bytes("# -*- coding: latin-1 -*-\nü\n".encode("latin-1"))
    odd.write_bytes(b"# coding: no-such-thing\nx\n")
    assert line_of(str(latin), 2) == "ü"
    assert line_of(str(odd), 2) == ""


def test_what_the_program_has_told_python_is_known(tmp_path: Path) -> None:
    linecache.cache["<cell 1>"] = 5, None, ["typed\n"], "<cell 1>"
    try:
        assert line_of("<cell 1>", 1).strip() == "typed"
    finally:
        del linecache.cache["<cell 1>"]


def test_no_module_of_the_program_is_run_for_it(tmp_path: Path) -> None:
    (tmp_path / "token.py").write_text("print('run')\n")
    (tmp_path / "shop.py").write_text(
        "import sys; sys.path.insert(1, sys.argv[1])\n"
        "from buslens.source_lines import line_of; print(line_of(__file__, 1)[:10])\n"
    )
    home = str(Path(__file__).parents[3])
    command = [sys.executable, str(tmp_path / "shop.py"), home]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=PATIENCE_S)
    assert done.stdout == "import sys\n"
