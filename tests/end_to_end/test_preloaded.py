"""What the other tests of this folder take for granted: a fork of the program is like a program that was started."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.program import Program


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "lost-events", "--strict"),
        ("run", "nobody-has-this"),
        ("query", "nowhere.buslens", "select 1"),
        ("--hlep",),
    ],
)
def test_a_fork_ends_and_says_what_a_python_of_its_own_does(
    buslens: Program, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    assert buslens.preloaded is not None
    assert buslens(*arguments) == Program(tmp_path)(*arguments)


def test_a_fork_has_the_environment_and_the_folder_that_it_is_given(buslens: Program) -> None:
    (buslens.folder / "ping.yaml").write_text("buslens: 1\nevents: {ping: {}}\nscript: [{emit: ping}]\n")
    assert buslens("run", "ping.yaml").code == 0
    assert (
        "amqp://from.the.environment" in buslens("connections", BUSLENS_RABBITMQ_URL="amqp://from.the.environment/").out
    )
    assert "from.the.environment" not in buslens("connections").out
