"""What a report says of a trace, before it is a page."""

from __future__ import annotations

from pathlib import Path

import pytest

from bus.analysis.problems import DETECTORS
from bus.analysis.problems.baseline import Baseline
from bus.analysis.problems.looking import look
from bus.capture.capture import load
from bus.report import Report, Wanted, gather, gathering
from bus.trace import Trace
from buslens.redaction import KEYS, OFF
from tests.helpers.make_trace import make_trace, shop_bytes
from tests.helpers.planted import Story

SECRET = "hunter2"


def story(*, declined: str = "no luck") -> Trace:
    """charge fails, and nobody listens to `error`; a parcel is packed, and nobody hears of it."""
    told = Story()
    told.on("charge", "placed")
    for number in range(3):
        placed = told.emit("placed", 1, payload={"id": number, "password": SECRET})
        charge = told.begin(placed, "charge", "placed", flags=4)
        told.wait(2)
        told.emit("packd", cause=charge, payload={"id": number})
        told.end(charge, ValueError(declined))
        told.emit("error", cause=charge)
    return told.trace()


def report(trace: Trace, wanted: Wanted = Wanted()) -> Report:  # noqa: B008
    return gather(trace, Path("out/shop.buslens"), wanted)


def test_each_finding_is_told_with_what_shows_it() -> None:
    trace = story()
    told = report(trace)
    findings = look(trace, DETECTORS).findings
    assert [each.title for each in told.problems] == [each.title for each in findings] != []
    (packed,) = [each for each in told.problems if "packd" in each.title]
    assert packed.diagram is not None
    assert packed.diagram.actors == ("MainThread", "charge")
    assert [step.event for step in packed.diagram.steps if step.event] == ["placed", "packd"]
    assert packed.excerpt is not None
    assert [lane.title for lane in packed.excerpt.lanes] == ["charge"]
    assert any(mark.event == "packd" and mark.is_lost and mark.is_shown for mark in packed.excerpt.emits)
    assert [each.text for each in packed.payloads] == ['{"id": 0}', '{"id": 1}', '{"id": 2}']
    assert packed.command == "buslens why out/shop.buslens 3"


def test_errors_of_calls_that_show_it_are_told() -> None:
    told = report(story())
    texts = [one.text for each in told.problems for one in each.errors]
    assert texts
    assert all("ValueError: no luck" in text for text in texts)


def test_secrets_never_leave() -> None:
    told = report(story(declined="password=hunter2 for card 4111 1111 1111 1111"))
    assert SECRET not in repr(told)
    assert "4111" not in repr(told)
    assert told.leaving.replaced > 0


def test_more_keys_can_be_secret() -> None:
    assert '"id": 0' in repr(report(story()))
    assert '"id": 0' not in repr(report(story(), Wanted(secret_keys=("id",))))


@pytest.mark.parametrize(("payloads", "expected"), [(KEYS, {'{"id": "<int>"}'}), (OFF, set())])
def test_payloads_can_stay_here(payloads: str, expected: set[str]) -> None:
    told = report(story(), Wanted(payloads=payloads))
    shown = {one.text for each in told.problems for one in each.payloads if "packd" in each.title}
    assert shown == expected
    if payloads == OFF:
        assert told.leaving.payloads == 0
        assert {one.text for each in told.problems for one in each.errors} == {"ValueError"}


def test_what_leaves_is_counted() -> None:
    told = report(story())
    assert told.leaving.payloads == sum(len(each.payloads) for each in told.problems)
    assert told.leaving.errors == sum(len(each.errors) for each in told.problems)
    assert told.leaving.names == len({"placed", "packd", "error", "charge", "MainThread"})


def test_what_is_muted_is_left_out_and_that_is_said_or_told_with_its_reason() -> None:
    trace = story()
    findings = look(trace, DETECTORS).findings
    muted = Baseline().muting(findings[:1], "known")
    told = gather(trace, None, Wanted(), muted)
    assert len(told.problems) == len(findings) - 1
    assert any("1 finding muted" in each for each in told.unseen)
    told = gather(trace, None, Wanted(muted=True), muted)
    assert [each.muted for each in told.problems if each.muted] == ["known"]


def test_a_sound_trace_is_called_healthy() -> None:
    told = Story()
    told.on("log", "placed")
    told.heard("placed", "log")
    found = report(told.trace())
    assert found.is_healthy
    assert found.summary.startswith("Healthy: ")
    assert not found.problems
    assert [row.name for row in found.events] == ["placed"]
    assert [row.name for row in found.handlers] == ["log"]


def test_a_capture_without_its_end_says_what_may_be_missing() -> None:
    told = Story()
    told.heard("placed", "log")
    assert any("no end mark" in each for each in report(told.trace(ended=False)).unseen)


def test_an_empty_trace_is_a_report_too() -> None:
    assert report(Trace()).title == "an empty capture"


def test_how_much_is_gathered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    told = Story()
    for number in range(8):
        told.emit(f"event{number * 11}")
    trace = told.trace()
    monkeypatch.setattr(gathering, "MOST_PROBLEMS", 5)
    monkeypatch.setattr(gathering, "MOST_PICTURES", 2)
    found = report(trace)
    assert len(found.problems) == 5
    assert found.left_out == len(look(trace, DETECTORS).findings) - 5
    assert [each.excerpt is not None for each in found.problems] == [True, True, False, False, False]


def test_it_can_be_ended_early() -> None:
    class Ended(Exception):
        pass

    def stop(_share: float) -> None:
        raise Ended

    with pytest.raises(Ended):
        gather(make_trace(10), None, Wanted(), progress=stop)


def test_progress_only_grows() -> None:
    shares: list[float] = []
    gather(story(), None, Wanted(), progress=shares.append)
    assert shares == sorted(shares)
    assert 0 <= shares[0] <= shares[-1] <= 1


def test_the_command_that_runs_a_scenario_again_is_told() -> None:
    trace = story()
    assert trace.header is not None
    trace.framing.header = trace.header._replace(extra={"scenario": "my shop", "engine": "pyee", "seed": 7})
    commands = [command for _, command in report(trace).commands]
    assert "buslens run 'my shop' --engine pyee --seed 7" in commands


def test_a_page_of_what_goes_on_does_not_say_that_its_end_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "shop.buslens"
    path.write_bytes(shop_bytes(3))
    trace = load(path)
    assert any("no end mark" in each for each in report(trace).unseen)
    going_on = gather(trace, path, Wanted(), end_is_known=True)
    assert not any("no end mark" in each for each in going_on.unseen)
