"""What steps and the script share in the kernel: counters, lines, samples."""

from __future__ import annotations

from tests.helpers.two_levels import recorded


def test_counters_are_read_by_all_and_lines_stand_at_their_calls() -> None:
    _, ours = recorded(
        "buslens: 1\nevents: {a: {sample: {n: 3}}, b: {}}\nscript: [{emit: a}, {emit: b, with: $counters}]\n"
        'handlers: {h: {on: a, block: true, do: [{count: k}, {count: k}, {log: "${counters.k} ${event.payload.n}"}]}}\n'
    )
    assert ours.marks.text(0) == "2 3"
    assert ours.payload(1).value == {"k": 2}
