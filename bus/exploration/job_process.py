"""A process that explores: reads what to do on its standard input, writes how far it is, and at the end what it saw.

Lines of JSON in both directions. It ends when it is done, when its time is over, or when its input is closed.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from bus.errors import UserError, UserErrors
from bus.exploration.chance import chance
from bus.exploration.explorer import Explorer, collecting_seldom
from bus.exploration.orders import ChanceOrder, ExploreOrder, TellOrder, order_from
from bus.exploration.shrinking import Shrinker
from bus.exploration.telling import finding

TELL_EVERY_S = 0.2

IsTold = Callable[[], bool]
"""Whether it is told to end."""


def main() -> None:
    """The whole of the process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for whoever began it, who closes our input
    told_to_end = threading.Event()
    order = order_from(sys.stdin.readline())
    threading.Thread(target=_until_closed, args=(sys.stdin.fileno(), told_to_end), daemon=True).start()
    try:
        if isinstance(order, ExploreOrder):
            result = _explore(order, told_to_end.is_set)
        elif isinstance(order, TellOrder):
            result = _tell(order, told_to_end.is_set)
        else:
            result = _chance(order, told_to_end.is_set)
        _say({"result": result})
    except (UserError, UserErrors) as error:
        _say({"error": str(error)})


def _explore(order: ExploreOrder, is_told: IsTold) -> dict[str, Any]:
    explorer = Explorer(order.program.program(), order.plan)
    tally = explorer.tally
    began = now = time.monotonic()
    ends = now + order.seconds if order.seconds is not None else float("inf")
    tells = now
    with collecting_seldom():
        while tally.runs < order.runs and now < ends and not is_told():
            explorer.run_next()
            now = time.monotonic()
            if now >= tells:
                _say({"so_far": {"runs": tally.runs, "breaking": tally.breaking}})
                tells = now + TELL_EVERY_S
    return {"tally": tally.as_json(), "seconds": time.monotonic() - began}


def _tell(order: TellOrder, is_told: IsTold) -> dict[str, Any]:
    program = order.program.program()
    for sighting in order.sightings:
        if is_told():
            break
        _say({"part": asdict(finding(program, sighting, Shrinker(program, sighting.what).shrunk(sighting.made)))})
    return {}


def _chance(order: ChanceOrder, is_told: IsTold) -> dict[str, Any]:
    for point in chance(order.program.program(), order.what, order.points, order.runs):
        _say({"part": asdict(point)})
        if is_told():
            break
    return {}


def _say(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def _until_closed(file: int, told_to_end: threading.Event) -> None:
    # Not by Python's own file, which it could not close at the end of the process while somebody reads it.
    while os.read(file, 1 << 16):
        pass
    told_to_end.set()
