"""What the probe has to say goes to the program's log, or as one line to who is named; `logging` is loaded for it."""

from __future__ import annotations

import logging
import subprocess
import sys

import pytest

from buslens.log import ProbeLog
from tests.helpers.patience import PATIENCE_S


def test_it_goes_to_the_logger_buslens(caplog: pytest.LogCaptureFixture) -> None:
    log, odd = ProbeLog(), ValueError("odd")
    with caplog.at_level(logging.INFO, "buslens"):
        log.error("buslens: %s takes what waits too slowly", "x")
        log.error("buslens stopped watching", exc_info=odd)
        log.warning("buslens: process %d was forked", 7)
        log.info("100 % of it")
    assert [(each.levelname, each.getMessage()) for each in caplog.records] == [
        ("ERROR", "buslens: x takes what waits too slowly"),
        ("ERROR", "buslens stopped watching"),
        ("WARNING", "buslens: process 7 was forked"),
        ("INFO", "100 % of it"),
    ]
    assert caplog.records[1].exc_info == (ValueError, odd, None)


def test_whoever_is_named_gets_a_line_of_each_error_without_a_traceback(caplog: pytest.LogCaptureFixture) -> None:
    log, lines = ProbeLog(), list[str]()
    log.say = lines.append
    log.warning("not said")
    log.info("nor this")
    log.error("buslens stopped watching an emitter after an error of its own", exc_info=ValueError("odd"))
    log.error("buslens: %s takes what waits too slowly", "x")
    assert lines == [
        "buslens stopped watching an emitter after an error of its own (ValueError('odd'))",
        "x takes what waits too slowly",
    ]
    assert not caplog.records


def test_a_program_that_hears_nothing_of_us_does_not_load_logging() -> None:
    code = "import sys, buslens.log; print('logging' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=PATIENCE_S)
    assert done.stdout == "False\n"
