"""What the timeline says about a call, an emit or a bar that stands for many, in plain text."""

from __future__ import annotations

import unicodedata

from bus.analysis.not_called import skipped_handler
from bus.picture.bars import Bars
from bus.picture.detail import EmitPoints
from bus.picture.lane_marks import SORTS
from bus.trace.ids import id_text
from bus.trace.joining import DISCARDED
from bus.wording import several
from buslens.records import Outcome
from ui.number_text import count_text, duration_text
from ui.timeline.content import Content
from ui.timeline.lanes import Lane
from ui.timeline.picture import TrackPicture
from ui.timeline.spots import MarkSpot, item_of

OUTCOMES = {
    Outcome.RUNNING: "running",
    Outcome.OK: "ok",
    Outcome.FAILED: "failed",
    Outcome.CANCELLED: "cancelled",
    Outcome.TIMED_OUT: "timed out",
    Outcome.LOST: "lost: nobody listened",
    Outcome.KEPT: "kept: nobody has listened yet",
    Outcome.NEVER_RAN: "never ran",
}

GIVEN_UP = "lost: the broker gave it up"
DEAD = "its event is a dead letter: nobody will try it again"
MANY = {
    "lost": ("lost event",),
    "skipped": ("skipped handler",),
    "dead": ("dead letter",),
}

LONGEST_MESSAGE = 200
UNSEEN = ("Cc", "Cf")
"""Unicode categories that move a cursor or turn text around."""


def about_bar(content: Content, bars: Bars, one: TrackPicture, index: int) -> str:
    """Names and numbers of what a bar stands for."""
    count, first = int(bars.count[index]), int(bars.first[index])
    if count == 1:
        return about_call(content, int(one.track.rows[first]))
    starts = one.track.starts
    busy, longest = one.track.durations(first, first + count, content.trace.calls)
    lines = [
        f"{one.lane.title}: {several(count, 'call')} here",
        f"{count_text(int(bars.failed[index]))} failed" if bars.failed[index] else "none failed",
        *([f"{count_text(int(bars.never[index]))} never ran"] if bars.never[index] else []),
        f"busy for {duration_text(busy)}, the longest {duration_text(longest)}",
        f"between {_at(content, int(starts[first]))} and {_at(content, int(starts[first + count - 1]))}",
        "zoom in to tell them apart",
    ]
    return plain("\n".join(lines))


def about_call(content: Content, row: int) -> str:
    """Names and numbers of one call."""
    calls = content.trace.calls
    started, ended, emitted = int(calls.started_ns[row]), int(calls.ended_ns[row]), int(calls.emitted_ns[row])
    running = ended < 0 or ended > content.now_ns
    outcome = Outcome.RUNNING if running else Outcome(int(calls.outcome[row]))
    attempt = int(calls.attempt[row])
    lines = [
        f"{content.trace.names.text(int(calls.handler[row]))}  call {id_text(int(calls.id[row]))}"
        + (f", attempt {attempt}" if attempt > 1 else ""),
        f"{content.event_of_call(row)}  dispatch {id_text(int(calls.dispatch[row]))}",
        OUTCOMES[outcome] + _error_text(content, row, outcome),
        f"duration {duration_text((content.now_ns if running else ended) - started)}{' so far' if running else ''}"
        f", queue delay {duration_text(started - emitted)}",
        f"at {_at(content, started)}",
    ]
    return plain("\n".join(lines))


def about_emits(content: Content, marks: EmitPoints, index: int) -> str:
    """Names and numbers of one emit, or of several at the same place."""
    count, lost, first = int(marks.count[index]), int(marks.lost[index]), int(marks.first[index])
    if count > 1:
        lines = [f"{count_text(count)} emits here", f"{count_text(lost)} lost" if lost else "none lost"]
        return plain("\n".join([*lines, "zoom in to tell them apart"]))
    return about_dispatch(content, first)


def about_dispatch(content: Content, row: int) -> str:
    """Names and numbers of one emit."""
    dispatches = content.trace.dispatches
    outcome = Outcome(int(dispatches.outcome[row]))
    emitted, ended = int(dispatches.emitted_ns[row]), int(dispatches.ended_ns[row])
    given_up = outcome is Outcome.LOST and bool(int(dispatches.columns.view("seen")[row]) & DISCARDED)
    lines = [
        f"{content.event_of_dispatch(row)}  dispatch {id_text(int(dispatches.id[row]))}",
        GIVEN_UP if given_up else OUTCOMES[outcome],
        f"handlers {int(dispatches.handlers[row])}, latency {duration_text(max(0, ended - emitted))}",
        f"at {_at(content, emitted)}",
    ]
    return plain("\n".join(lines))


def about_spot(content: Content, spot: MarkSpot) -> str:
    """What a mark in a lane means, and what it is about."""
    if spot.count > 1:
        return f"{several(spot.count, *MANY[spot.sort])} here\nzoom in to tell them apart"
    row = item_of(content, spot)[1]
    if spot.sort == "dead":
        return f"{about_call(content, row)}\n{DEAD}"
    about = about_dispatch(content, row)
    return plain(f"skipped: {skipped_handler(content.trace, spot.row)}\n{about}") if spot.sort == "skipped" else about


def about_lane(content: Content, lane: Lane) -> str:
    """The whole name of a handler, where it is written, and what it did."""
    place = content.tracks.grouping.place(content.trace, lane.handler)
    rows = content.tracks.never_ran_rows
    never = int((content.tracks.handlers(rows) == lane.handler).sum())
    process = content.tracks.grouping.process_title(content.trace, lane.handler)
    told = calls_of_lane(content, lane) + (f", {count_text(never)} never ran" if never else "")
    lines = [lane.title, process, place, told]
    return plain("\n".join(line for line in lines if line))


def lane_in_a_line(content: Content, lane: Lane) -> str:
    """What a lane did, and of several processes in which one."""
    process = content.tracks.grouping.process_title(content.trace, lane.handler)
    return plain("  ·  ".join(each for each in (process, calls_of_lane(content, lane)) if each))


def calls_of_lane(content: Content, lane: Lane) -> str:
    """How many calls a lane has, how many of them failed, and what else went wrong in it."""
    tracks = content.tracks.lanes.get(lane.handler, ())
    calls, failed = sum(map(len, tracks)), sum(len(track.failed) for track in tracks)
    marks = [(content.marks.of(lane.handler, sort), sort) for sort in SORTS]
    told = [f"{count_text(failed)} failed", *(f"{count_text(count)} {sort}" for count, sort in marks if count)]
    return f"{several(calls, 'call')}, {', '.join(told)}"


def plain(text: str) -> str:
    """Without control characters: names come from captures."""
    return "".join(letter if letter == "\n" or unicodedata.category(letter) not in UNSEEN else " " for letter in text)


_WITHOUT_ERROR = (Outcome.NEVER_RAN, Outcome.CANCELLED)
"""Nobody has raised anything: the record says in a sentence why."""


def _error_text(content: Content, row: int, outcome: Outcome) -> str:
    if outcome not in (Outcome.FAILED, Outcome.TIMED_OUT, *_WITHOUT_ERROR):
        return ""
    error = content.trace.error(row)
    if error is None:
        return ""
    if outcome in _WITHOUT_ERROR:
        return f": {error.message}"[:LONGEST_MESSAGE]
    message = f": {error.message}" if error.message else ""
    return f": {error.type}{message}"[:LONGEST_MESSAGE]


def _at(content: Content, time_ns: int) -> str:
    return duration_text(time_ns - content.first_ns, digits=9)
