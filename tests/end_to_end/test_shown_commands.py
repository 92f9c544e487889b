"""The commands of README.md and docs/ that need no window, no server and nobody's program do what the page says.

Each block is run as a reader would, line by line in one folder. Files that a reader has from elsewhere are there:
a capture, or a scenario.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bus.scenario.samples import FOLDER
from tests.helpers.pages import pages
from tests.helpers.program import Program
from tests.helpers.shown_commands import Shown, blocks_with_commands

HARMLESS = {"run", "export", "import", "query", "validate"}
"""Commands that end soon and touch nothing but files that they are told to write."""

SERVERS = {"rabbitmq", "kafka"}


def can_run(shown: Shown) -> bool:
    to_a_collector = any(each.startswith("otlp=") for each in shown.arguments)
    return shown.program == "buslens" and bool(HARMLESS & set(shown.arguments[:1])) and not to_a_collector


BLOCKS = [
    pytest.param(commands, id=f"{page.path.stem}-{commands[0].line}")
    for page in pages()
    for block in blocks_with_commands(page)
    if (commands := [shown for shown in block if can_run(shown) and not SERVERS & set(shown.arguments)])
]


@pytest.fixture(scope="module")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("capture")
    done = Program(folder)("run", "checkout", "-o", "checkout.buslens")
    assert done.code == 0, done.err
    return folder / "checkout.buslens"


@pytest.mark.parametrize("commands", BLOCKS)
def test_what_a_page_shows_can_be_done(commands: list[Shown], capture: Path, buslens: Program, tmp_path: Path) -> None:
    for command in commands:
        name, first, *_ = command.arguments
        if not (tmp_path / first).exists():
            is_scenario = Path(first).suffix == ".yaml" or name not in ("export", "query")
            bring(tmp_path / first, FOLDER / "checkout.yaml" if is_scenario else capture)
        done = buslens(*command.arguments)
        assert done.code == 0, f"line {command.line}: {done.err}"
        assert "Traceback" not in done.err


ARRIVALS = {".csv": "ts,id\n0.5,1\n2,2\n", ".jsonl": '{"type": "order.placed", "time": 0.5, "id": 1}\n'}
"""What stands in files of events that somebody wrote down, with the columns that the page names."""


def bring(path: Path, source: Path) -> None:
    """What the reader is supposed to have; a name without an ending is that of a sample."""
    if path.suffix in ARRIVALS:
        path.write_text(ARRIVALS[path.suffix])
    elif path.suffix:
        shutil.copy(source, path)


def test_there_are_commands_to_run() -> None:
    assert len(BLOCKS) > 1
