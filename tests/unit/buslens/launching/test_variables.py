"""What a watched process is told and hands on; without children it leaves the environment as it was."""

from __future__ import annotations

import os

import pytest

from buslens.launching import variables

SITE = os.path.abspath("/opt/buslens/site")


@pytest.mark.parametrize("path", ["", "/a", f"/a{os.pathsep}{os.pathsep}/b"])
def test_what_is_told_is_taken_away_again(path: str) -> None:
    environ = {"HOME": "/home/me", **({"PYTHONPATH": path} if path else {})}
    before = dict(environ)
    environ.update(variables.told(SITE, "/run/session", "/tmp/x", ["pyee", "blinker"], True, path))
    assert environ["PYTHONPATH"].split(os.pathsep)[0] == SITE
    found = variables.taken(environ, SITE)
    assert environ == before
    told = (found[variables.SESSION], found[variables.TO], found[variables.ONLY])
    assert told == ("/run/session", "/tmp/x", "pyee,blinker")
    variables.hand_on(environ, found, SITE, "7-1")
    assert environ["PYTHONPATH"] == (SITE + os.pathsep + path if path else SITE)
    assert environ[variables.PARENT] == "7-1"
    assert variables.taken(environ, SITE)[variables.ONLY] == "pyee,blinker"


def test_nothing_is_handed_on_where_children_are_not_watched() -> None:
    environ = variables.told(SITE, "/run/session", "", [], False, "")
    found = variables.taken(environ, SITE)
    variables.hand_on(environ, found, SITE, "7-1")
    assert environ == {}


def test_a_path_of_ours_alone_tells_nothing() -> None:
    assert variables.taken({"PYTHONPATH": SITE}, SITE)[variables.SESSION] == ""
