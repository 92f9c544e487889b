"""Several captures as one trace: beside each other as far as they were recorded at one time, else one after the other.

Runs of scenarios, whose clocks are their own, always follow each other. The time between captures is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bus.errors import UserError
from bus.programs.joint_capture import JointCapture
from bus.programs.loading import load, unheard
from bus.trace.ids import IDS_OF_ONE
from bus.trace.processes import ENDED
from bus.trace.trace import Trace
from buslens.wire import Header

MOST = 100


@dataclass(frozen=True, slots=True)
class Together:
    """Captures that became one."""

    trace: Trace
    title: str
    at_one_time: int
    """How many of them lie beside another one."""

    programs: tuple[str, ...]
    """The names of what recorded them, each once: one program may have processes of several names."""


def together(paths: Sequence[Path], say: Callable[[str], object] = unheard) -> Together:
    """All of these. say: as in `load`. Raises UserError where one is no capture, or does not go with the others."""
    title = ", ".join(dict.fromkeys(path.name for path in paths))
    if len(paths) == 1:
        trace = load(paths[0], say)
        return Together(trace, title, 0, _names([trace]))
    if len(paths) > MOST:
        raise UserError(f"{len(paths)} captures are too many for one model", hint=f"at most {MOST}")
    for path in paths:
        if sum(path.resolve() == other.resolve() for other in paths) > 1:
            raise UserError(f"{path} is given more than once", hint="what happened in it would count as often")
    traces = [load(path, say) for path in paths]
    for path, trace in zip(paths, traces, strict=True):
        if trace.damage or trace.header is None:
            raise UserError(f"{path} cannot be put together with others", hint=trace.damage or "it has no header")
    _check_engines(list(zip(paths, traces, strict=True)))
    order = sorted(traces, key=_begins_ns)
    shifts, beside = _shifts(order)
    if not beside:
        _check_programs(list(zip(paths, traces, strict=True)))
    joint, number = JointCapture(), 0
    for trace, shift_ns in zip(order, shifts, strict=True):
        process = joint.process(number, partial(_always, shift_ns))
        joint.take_in(process, trace.raw.read(0, trace.whole))
        joint.leave(process, ENDED)
        number += 1 + _last_process(trace)
    made = Trace()
    for frames in (joint.head(), joint.take(), joint.end()):
        made.feed(frames)
    return Together(made, title, beside, _names(traces))


def _shifts(order: Sequence[Trace]) -> tuple[list[int], int]:
    """What is added to the times of each, and how many lie beside another one."""
    shifts: list[int] = []
    beside: set[int] = set()
    group, ends_ns, left_out_ns = 0, 0, 0
    for at, trace in enumerate(order):
        begins_ns = _begins_ns(trace)
        if at and not (_is_run(trace) or _is_run(order[at - 1])) and begins_ns < ends_ns:
            beside |= {group, at}
        else:
            group = at
            left_out_ns += begins_ns - ends_ns if at else begins_ns
        first, last = trace.span_ns
        length_ns = last - first
        shifts.append(begins_ns - left_out_ns - first)
        ends_ns = max(ends_ns, begins_ns + length_ns) if group != at else begins_ns + length_ns
    return shifts, len(beside)


def _always(shift_ns: int, _: Header) -> int:
    return shift_ns


def _begins_ns(trace: Trace) -> int:
    """When it begins, by the calendar."""
    header = _header(trace)
    return header.wall_ns - header.mono_ns + trace.span_ns[0]


def _is_run(trace: Trace) -> bool:
    """Whether it is of a scenario, whose clock is its own."""
    return "engine" in _header(trace).extra


def _check_engines(captures: Sequence[tuple[Path, Trace]]) -> None:
    first, trace = captures[0]
    for path, other in captures[1:]:
        engines = [str(_header(each).extra.get("engine", "a program's own bus")) for each in (trace, other)]
        if engines[0] != engines[1]:
            hint = "make a model of the captures of each"
            raise UserError(f"{first.name} is of {engines[0]}, {path.name} of {engines[1]}", hint=hint)


def _check_programs(captures: Sequence[tuple[Path, Trace]]) -> None:
    """Raises UserError where one has no event that any other has: they are of different programs."""
    events = {path: {trace.names.text(each) for each in trace.events.order} for path, trace in captures}
    for path, own in events.items():
        others = set().union(*(each for other, each in events.items() if other != path))
        if own and others and not own & others:
            hint = "a model is of one program: make one of each"
            raise UserError(f"{path} has no event that the other captures have", hint=hint)


def _names(traces: Sequence[Trace]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.header.process for each in traces if each.header is not None))


def _last_process(trace: Trace) -> int:
    """The highest number of a process in it; 0 where it is of one."""
    highest = max((int(each.max()) for each in (trace.dispatches.id, trace.calls.id) if len(each)), default=0)
    return highest // IDS_OF_ONE


def _header(trace: Trace) -> Header:
    assert trace.header is not None
    return trace.header
