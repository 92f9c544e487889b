"""Calls that expired before they began are told, with how long they had waited."""

from __future__ import annotations

from typing import Any

from bus.analysis.problems.expired import DETECTOR
from bus.analysis.problems.finding import Severity
from bus.analysis.problems.looking import look

TEXT = (
    "events: {{a: {{ttl: {ttl}}}}}\nhandlers: {{h: {{on: a, concurrency: 1, do: [{{wait: 10ms}}]}}}}\n"
    "script: [{{emit: a, times: 5}}]"
)


def test_what_waited_longer_than_its_event_lives_is_a_warning(run: Any) -> None:
    (finding,) = look(run(TEXT.format(ttl="15ms")), [DETECTOR]).findings
    assert finding.severity == Severity.WARNING
    assert finding.title == "3 calls of 5 of h for a expired before they began"
    assert finding.meaning.startswith("They had waited 20 ms, longer than the event lives (`ttl`): h never did them.")
    assert finding.evidence.count == 3
    assert finding.place is not None


def test_what_lives_long_enough_is_no_problem(run: Any) -> None:
    assert not look(run(TEXT.format(ttl="1s")), [DETECTOR]).findings


def test_what_a_wrong_clock_took_for_expired_is_not_said_to_have_waited_too_long(run: Any) -> None:
    text = TEXT.format(ttl="1s") + "\nfaults: [{clock: h, skew: 990ms}]"
    (finding,) = look(run(text), [DETECTOR]).findings
    assert finding.title == "3 calls of 5 of h for a expired before they began"
    assert "than the event lives (`ttl`) by the clock of h, which a fault puts ahead" in finding.meaning
