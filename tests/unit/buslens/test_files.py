"""Several probes, files and recorders in one program: one file is one right capture, or a clear error."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pyee import EventEmitter

import buslens
from buslens import wire
from tests.unit.buslens.facts import Facts


class Written:
    """A file where a recorder stands for `Facts`."""

    def __init__(self, path: Path) -> None:
        self.data = path.read_bytes()

    def take(self) -> bytes:
        data, self.data = self.data, b""
        return data


def facts_of(path: Path) -> Facts:
    return Facts(Written(path))  # type: ignore[arg-type]


def test_emitters_with_one_file_share_one_capture_however_its_path_is_spelled(tmp_path: Path) -> None:
    path, link = tmp_path / "trace.buslens", tmp_path / "link.buslens"
    link.symlink_to(path)
    spellings = (path, os.path.relpath(path), tmp_path / "." / "trace.buslens", link)
    emitters = [EventEmitter() for _ in spellings]
    probes = [buslens.attach(emitter, to=to) for emitter, to in zip(emitters, spellings, strict=True)]
    for number, emitter in enumerate(emitters):
        emitter.emit(f"event {number}", number)
    probes[0].close()
    emitters[1].emit("later")
    for probe in probes:
        probe.close()
        probe.close()
    facts = facts_of(path)
    assert [(found.event, found.payload) for found in facts.dispatches.values()] == [
        *((f"event {number}", number) for number in range(4)),
        ("later", "no payload"),
    ]
    assert path.read_bytes().endswith(wire.END_MARK)
    assert path.read_bytes().count(wire.MAGIC) == 1


def test_a_second_file_for_a_watched_emitter_is_refused_and_nothing_changes(tmp_path: Path) -> None:
    emitter = EventEmitter()
    probe = buslens.attach(emitter, to=tmp_path / "one.buslens")
    assert buslens.attach(emitter, to=tmp_path / "one.buslens") is probe
    with pytest.raises(ValueError, match=r"is written to .*one\.buslens already"):
        buslens.attach(emitter, to=tmp_path / "two.buslens")
    assert not (tmp_path / "two.buslens").exists()
    probe.close()


def test_a_recorder_that_was_given_may_be_written_too(tmp_path: Path) -> None:
    recorder, path = buslens.Recorder(), tmp_path / "trace.buslens"
    first, second = EventEmitter(), EventEmitter()
    with buslens.attach(first, recorder=recorder, to=path), buslens.attach(second, recorder=recorder, to=path):
        first.emit("a")
        second.emit("b")
    assert [found.event for found in facts_of(path).dispatches.values()] == ["a", "b"]


def test_what_cannot_be_is_said_before_anything_is_hooked_in(tmp_path: Path) -> None:
    taken, emitter = tmp_path / "taken.buslens", EventEmitter()
    before = dict(vars(emitter))
    with buslens.attach(EventEmitter(), to=taken), pytest.raises(ValueError, match="by another probe already"):
        buslens.attach(emitter, recorder=buslens.Recorder(), to=taken)
    with pytest.raises(FileNotFoundError):
        buslens.attach(emitter, to=tmp_path / "no" / "folder")
    assert vars(emitter) == before
    with buslens.attach(emitter) as probe, pytest.raises(ValueError, match="another recorder"):
        buslens.attach(emitter, recorder=buslens.Recorder())
    assert not probe.attached


def test_saving_over_what_another_probe_writes_is_refused(tmp_path: Path) -> None:
    path, other = tmp_path / "trace.buslens", buslens.attach(EventEmitter())
    with buslens.attach(EventEmitter(), to=path), pytest.raises(ValueError, match="another probe of this program"):
        other.save(path)
    other.save(path)
    other.close()


def test_a_file_is_written_anew_by_whoever_comes_when_it_is_closed(tmp_path: Path) -> None:
    path, emitter = tmp_path / "trace.buslens", EventEmitter()
    for event in ("first", "second"):
        with buslens.attach(emitter, to=path):
            emitter.emit(event)
    assert [found.event for found in facts_of(path).dispatches.values()] == ["second"]


def test_a_file_is_one_capture_also_where_somebody_attaches_while_it_is_being_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, path = EventEmitter(), EventEmitter(), tmp_path / "trace.buslens"
    probes = [buslens.attach(first, to=path)]
    take = buslens.Recorder.take

    def taking(recorder: buslens.Recorder) -> bytes:
        if len(probes) == 1:
            probes.append(buslens.attach(second, to=path))
        return take(recorder)

    monkeypatch.setattr(buslens.Recorder, "take", taking)
    probes[0].save(tmp_path / "copy.buslens")
    first.emit("a")
    second.emit("b")
    for probe in probes:
        probe.close()
    assert probes[0].recorder is probes[1].recorder
    assert sorted(each.name for each in tmp_path.iterdir()) == ["copy.buslens", "trace.buslens"]
    facts = facts_of(path)
    assert (len(facts.of("a")), len(facts.of("b"))) == (1, 1)
