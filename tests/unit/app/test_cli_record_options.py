"""`buslens record` of the program has the options of the probe's own command, which says what they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from app.cli import program
from app.cli_record_options import described
from buslens.launching import command
from buslens.launching.command import HELP, RecordRequest, parsed

RECORD: Any = typer.main.get_command(program).commands["record"]  # type: ignore[attr-defined]
OPTIONS = {each.opts[-1]: each for each in RECORD.params if each.opts[0].startswith("-")}
VALUES = {"--only": "pyee", "--budget": "5%", "--payloads": "keys", "--to": "otlp=http://localhost:4318"}


def told() -> Iterator[tuple[list[str], str]]:
    """Names of each option in the probe's help, and what it takes; "" for nothing."""
    for line in HELP.partition("options:\n")[2].splitlines():
        found = re.match(r"  (-[^ ]+(?:, -[^ ]+)*)(?: ([^ -][^ ]*))?(?:  |$)", line)
        if found and "--help" not in found[1]:
            yield found[1].split(", "), found[2] or ""


def test_both_have_the_same_options_of_which_each_takes_the_same() -> None:
    probes = {names[-1]: (names, value) for names, value in told()}
    assert set(OPTIONS) == set(probes)
    for name, (names, value) in probes.items():
        assert OPTIONS[name].opts == names
        assert (OPTIONS[name].is_flag, "" if OPTIONS[name].is_flag else OPTIONS[name].metavar) == (not value, value)


def test_what_is_said_of_an_option_is_what_the_probe_says() -> None:
    helped = re.sub(r"\s+", " ", HELP)
    for name, text in described().items():
        assert text.split(":")[0] in helped, name
        assert name == "--help" or OPTIONS[name].help == text


@pytest.mark.parametrize("name", [*OPTIONS, ""])
def test_an_option_means_the_same_whoever_reads_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[RecordRequest] = []
    monkeypatch.setattr(command, "record", lambda arguments: taken.append(parsed(arguments)) or 0)
    asked = [] if not name else [name] if OPTIONS[name].is_flag else [name, VALUES.get(name, "x")]
    with pytest.raises(SystemExit):
        program([*("record", *asked), "--", "python", "app.py"])
    (request,) = taken
    assert vars(request) == vars(parsed([*asked, "--", "python", "app.py"]))
