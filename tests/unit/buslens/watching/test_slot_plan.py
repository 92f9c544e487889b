"""A plan of a signal's sends holds while nobody comes or goes, and payloads are kept as they were."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import blinker
import django.dispatch
import pytest

import buslens
from buslens.control.buses import Bus
from buslens.control.choice import RecordingChoice
from buslens.redaction import OFF
from buslens.stream import StreamRecorder
from buslens.watching.slot_plan import MOST, SignalWatch, SlotPlan
from buslens.watching.subscribers import Subscribers
from tests.helpers.streams import followed, payloads


class Shop:
    """Who sends."""


def hear(*_: object, **__: object) -> None:
    pass


def plan_of(recorder: StreamRecorder, handlers: int, **more: Any) -> SlotPlan:
    shop = Shop()
    watch = SignalWatch(shop, recorder, recorder.bus("shop"))
    described = Subscribers(watch, "placed").described(hear)
    return SlotPlan(watch, recorder, watch.event_id("placed"), dict.fromkeys(range(handlers), described), id, **more)


def test_only_those_who_are_called_at_once_and_not_too_many_are_told_in_slots(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = StreamRecorder.into(tmp_path)
    assert [plan_of(recorder, count).is_plain for count in (0, 1, MOST, MOST + 1)] == [True, True, True, False]
    assert not plan_of(recorder, 2, is_plain=False).is_plain
    monkeypatch.setattr(recorder, "opening", lambda event, handlers: None)  # there are too many different ones
    assert not plan_of(recorder, 1).is_plain
    recorder.close()


def test_of_many_senders_not_all_have_a_form(tmp_path: Path) -> None:
    recorder = StreamRecorder.into(tmp_path)
    plan = plan_of(recorder, 1)
    for number in range(2000):
        plan.keep_payload(recorder, 8, f"shop {number}", {"id": number})
    assert 0 < len(plan.forms) <= 64
    recorder.close()


@pytest.mark.parametrize("make", [blinker.Signal, django.dispatch.Signal])
@pytest.mark.parametrize("receivers", [0, 1, 2])
def test_payloads_that_a_person_leaves_out_are_left_out_from_the_next_send_on(
    tmp_path: Path, make: Any, receivers: int
) -> None:
    recorder, signal = StreamRecorder.into(tmp_path), make()
    probe = buslens.attach(signal, recorder=recorder)
    held = [lambda *_, **__: None for _ in range(receivers)]
    for each in held:
        signal.connect(each)
    for number in range(200):
        signal.send(Shop, id=number)
    choice = RecordingChoice(recorder)
    choice.keep_payloads(OFF, [Bus(probe.hooks, None, "")])
    for number in range(200):
        signal.send(Shop, id=number)
    trace, _ = followed(recorder)
    assert [each is not None for each in payloads(trace)] == [True] * 200 + [False] * 200
    recorder.close()
