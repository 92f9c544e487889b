"""A cause survives the broker: a whole flow has one trace, and whatever a stranger sends breaks nothing."""

from __future__ import annotations

import contextvars
import re

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bus.contract.headers import (
    CAUSE,
    EMITTED,
    LONGEST_ATTRIBUTE,
    MOST_ATTRIBUTES,
    Cause,
    attributes_of,
    bounded,
    cause_of,
    dispatch_of,
)

RUNS = some.from_regex(r"buslens-[0-9a-f]{4,12}", fullmatch=True)
IDENTS = some.integers(1, 2**62)


def caused_by(cause: Cause | None, run: str, dispatch: int) -> dict[str, str]:
    def emit() -> dict[str, str]:
        CAUSE.set(cause)
        return dict(attributes_of(run, dispatch, "a", 5))

    return contextvars.Context().run(emit)


@given(RUNS, RUNS, IDENTS)
def test_a_run_finds_its_own_dispatches_and_no_others(run: str, other: str, dispatch: int) -> None:
    sent = caused_by(None, run, dispatch)
    assert dispatch_of(sent, run) == dispatch
    assert dispatch_of(sent, other) == (dispatch if other == run else 0)


@given(RUNS, some.lists(IDENTS, min_size=2, max_size=5, unique=True))
def test_a_flow_has_one_trace_and_each_event_knows_its_cause_and_its_root(run: str, dispatches: list[int]) -> None:
    sent = [caused_by(None, run, dispatches[0])]
    for dispatch in dispatches[1:]:
        sent.append(caused_by(cause_of(sent[-1]), run, dispatch))
    assert len({each["traceparent"].split("-")[1] for each in sent}) == 1
    assert {each["correlationid"] for each in sent} == {sent[0]["id"]}
    assert [each.get("causationid") for each in sent] == [None, *(each["id"] for each in sent[:-1])]


def test_what_travels_is_what_cloudevents_and_w3c_ask_for() -> None:
    sent = caused_by(None, "buslens-ab", 7)
    assert {key: sent[key] for key in ("specversion", "id", "source", "type", EMITTED)} == {
        "specversion": "1.0", "id": "buslens-ab/7", "source": "buslens:buslens-ab", "type": "a", EMITTED: "5",
    }  # fmt: skip
    assert re.fullmatch(r"00-[0-9a-f]{32}-0000000000000007-01", sent["traceparent"])


@given(some.dictionaries(some.sampled_from(["id", "traceparent", "correlationid", "x"]), some.text(max_size=60)))
def test_what_a_stranger_sends_has_a_cause_all_the_same(sent: dict[str, str]) -> None:
    cause = cause_of(sent)
    assert re.fullmatch(r"[0-9a-f]{32}", cause.trace)
    assert cause.ident
    assert cause.root
    assert dispatch_of(sent, "buslens-ab") == 0


@pytest.mark.parametrize(
    "ident", ["buslens-ab/7\n", "buslens-ab/-7", "buslens-ab/", "/7", "buslens-ab/99999999999999999999"]
)
def test_an_id_that_we_would_not_write_is_nobodys(ident: str) -> None:
    assert dispatch_of({"id": ident}, "buslens-ab") == 0


def test_attributes_without_end_are_cut() -> None:
    kept = bounded({f"{number}" + "k" * 9_000: "v" * 9_000 for number in range(500)})
    assert len(kept) == MOST_ATTRIBUTES
    assert {len(text) for pair in kept.items() for text in pair} == {LONGEST_ATTRIBUTE}
