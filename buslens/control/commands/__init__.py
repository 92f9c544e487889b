"""What can be asked of a program, once. A new command is a file beside these, and a line here."""

from __future__ import annotations

from typing import Callable, Dict, Union

from buslens.control.caller import Waiting
from buslens.control.commands.emit import emit
from buslens.control.commands.hold import hold
from buslens.control.commands.holding import holding
from buslens.control.commands.look import look
from buslens.control.commands.tune import tune
from buslens.control.controlled import Controlled
from buslens.control.messages import Asked, Fields, Refused

Command = Callable[[Controlled, Asked, Callable[[], None]], "Union[Fields, Waiting]"]
"""Does it, or has it done: its answer, or who will have that and call the last argument then. Raises Refused."""

COMMANDS: "Dict[str, Command]" = {"look": look, "emit": emit, "tune": tune, "hold": hold, "holding": holding}


def serve(program: Controlled, asked: Asked, wake: Callable[[], None]) -> "Union[Fields, Waiting]":
    """Do what is asked for. Raises Refused where nothing of that name can be."""
    name = asked.text("do")
    command = COMMANDS.get(name)
    if command is None:
        raise Refused(f"there is no command {name[:40]!r}: this program knows {', '.join(COMMANDS)}")
    return command(program, asked, wake)
