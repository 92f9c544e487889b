"""Who looks at its caller finds the library, at the line where that calls its handlers."""

from __future__ import annotations

import sys
import traceback
from typing import Any

import pytest

from buslens.watching.call_sites import CallSites, call_site_of, in_the_place_of


class Library:
    """Whose lines the frames must name."""

    def run(self, handler: Any, args: Any, kwargs: Any) -> Any:
        given = None
        given = handler(*args, **kwargs)
        return given

    def call_all(self, handlers: Any) -> None:
        for handler in handlers:
            self.run(handler, (), {})


RUN = Library.run.__code__
CALL_ALL = Library.call_all.__code__


def caller(*_: object, **__: object) -> tuple[str, str, int]:
    """Function, file and line of who calls this."""
    frame = sys._getframe(1)
    return frame.f_code.co_name, frame.f_code.co_filename, frame.f_lineno


@pytest.mark.parametrize("no_keywords", [False, True])
def test_a_handler_is_called_from_the_line_that_would_call_it(no_keywords: bool) -> None:
    call = call_site_of(Library.run, no_keywords=no_keywords)
    assert call(caller, (1,), {}) == ("run", __file__, RUN.co_firstlineno + 2)


def test_the_line_may_be_that_of_a_method_which_the_function_asks_for() -> None:
    call = call_site_of(Library.call_all, "run")
    assert call(caller, (), {}) == ("call_all", __file__, CALL_ALL.co_firstlineno + 2)


def test_arguments_and_results_pass_as_they_are() -> None:
    assert call_site_of(Library.run)(dict, ([("a", 1)],), {"b": 2}) == {"a": 1, "b": 2}


def test_what_is_no_python_function_has_no_line_and_still_calls() -> None:
    name, _, _ = call_site_of(len)(caller, (), {})
    assert name == "_call"
    assert in_the_place_of(len, "run", caller) is caller


def test_a_stand_in_is_the_function_to_whoever_looks() -> None:
    look = caller

    def stand_in(start: int = 5) -> tuple[int, tuple[str, str, int]]:
        return start, look()

    placed = in_the_place_of(Library.call_all, "run", stand_in)
    assert placed() == (5, ("call_all", __file__, CALL_ALL.co_firstlineno + 2))


def test_lines_are_those_of_the_frame_that_asks() -> None:
    lines = CallSites()
    frame = sys._getframe()
    call, line = lines.of(frame), frame.f_lineno
    assert call(caller, (), {}) == (frame.f_code.co_name, __file__, line)
    name, _, _ = lines.of(None)(caller, (), {})
    assert name == "_call"


def test_a_traceback_shows_the_librarys_source() -> None:
    def fail() -> None:
        raise ValueError

    with pytest.raises(ValueError) as caught:  # noqa: PT011
        call_site_of(Library.run)(fail, (), {})
    shown = traceback.extract_tb(caught.value.__traceback__)
    assert [frame.line for frame in shown][1:] == ["given = handler(*args, **kwargs)", "raise ValueError"]
