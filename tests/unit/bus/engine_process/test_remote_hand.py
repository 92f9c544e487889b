"""What is said to the engine's process can be read there, whatever a payload holds."""

from __future__ import annotations

import json
from typing import Any

from bus.contract.holding import Redelivery
from bus.engine_process import messages
from bus.engine_process.remote_hand import RemoteHand
from bus.run.breakpoints import Breakpoint
from bus.run.holding import ALL, HeldOrder


def test_breakpoints_and_orders_are_the_same_on_the_other_side() -> None:
    told: list[tuple[str, Any]] = []
    hand = RemoteHand(lambda do, **said: told.append((do, json.loads(json.dumps(said)))), _never)
    wanted = [Breakpoint("a", "h", "event.payload == 1", 3, enabled=False), Breakpoint("b")]
    hand.set_breakpoints(wanted)
    hand.carry_out(HeldOrder("later", 7, after_s=1.5))
    hand.carry_out(HeldOrder("release", ALL, edited=True, payload={"n": [1, None, "ü"], "bad": float("nan")}))
    assert messages.breakpoints_in(hand.packed) == wanted
    assert (told[0][0], messages.breakpoints_in(told[0][1]["breakpoints"])) == ("breakpoints", wanted)
    assert messages.held_order_in(told[1][1]["order"]) == HeldOrder("later", 7, after_s=1.5)
    edited = messages.held_order_in(told[2][1]["order"])
    assert (edited.number, edited.edited, edited.payload) == (ALL, True, {"n": [1, None, "ü"], "bad": "nan"})


def test_a_call_that_is_to_be_made_again_is_work_for_the_run() -> None:
    told: list[tuple[str, Any]] = []
    hand = RemoteHand(_never, lambda do, **said: told.append((do, json.loads(json.dumps(said)))))
    for carried in ((), ({"n": [1, None, "ü"]},)):
        wanted = Redelivery("a", "h", 7, 4, carried, edited=bool(carried))
        hand.redeliver(wanted)
        do, said = told[-1]
        assert (do, messages.redelivery_in(said["wanted"])) == ("redeliver", wanted)


def test_what_a_person_takes_next_is_told_with_its_number() -> None:
    told: list[tuple[str, Any]] = []
    hand = RemoteHand(lambda do, **said: told.append((do, said)), _never)
    hand.choose(3, 1)
    hand.ask_no_more()
    assert told == [("choose", {"number": 3, "take": 1}), ("ask_no_more", {})]


def _never(do: str, **said: Any) -> None:
    raise AssertionError(do)
