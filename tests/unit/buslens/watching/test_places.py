"""Where in the program something was done."""

from __future__ import annotations

import inspect
import json

from buslens.watching import places


def test_the_place_is_the_nearest_line_outside_of_a_library() -> None:
    here = inspect.currentframe()
    assert here is not None
    assert places.place_outside() == (__file__, here.f_lineno)
    file, _ = places.place_outside(__file__)
    assert file != __file__


def test_the_files_of_a_library_are_its_folder_and_of_a_module_its_file() -> None:
    assert json.__file__.startswith(places.files_of("json"))
    assert places.files_of("inspect") == inspect.__file__
    assert places.files_of("sys") == places.files_of("nothing that was imported") == ""


def test_files_of_the_probe_are_ours_and_those_of_the_application_are_not() -> None:
    assert places.is_ours(places.__file__)
    assert not places.is_ours(places.__file__.replace("watching", "_desktop"))
