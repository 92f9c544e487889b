"""A handler called once more for a dispatch that it had: that a person wants it is a record of its own."""

from __future__ import annotations

import contextlib

from bus.contract.bodies import spelled
from bus.contract.holding import Redelivery
from bus.run.breakpoints import edge
from bus.run.interventions import MOST_NOTED, intervened
from bus.run.stage import Stage
from buslens.records import Did


async def redeliver(stage: Stage, wanted: Redelivery) -> None:
    """Make the call, as soon as its handler is free; a mark says why where that cannot be."""
    where = edge(wanted.event, wanted.handler)
    said = f" with another payload: {spelled(wanted.carried)[:MOST_NOTED] or 'nothing'}" if wanted.edited else ""
    note = f"{where} redelivered by a person{said}"

    def announce(handler: int, call: int) -> None:
        intervened(stage.recording.recorder, Did.REDELIVERED, handler, wanted.dispatch, call, note)

    heard = True
    with contextlib.suppress(Exception):  # what a handler raises inside of the engine stands on its call
        heard = stage.engine.call_again(wanted, announce)
    if not heard:
        stage.log(f"{where} was not redelivered: {wanted.handler} does not hear {wanted.event} any more")
