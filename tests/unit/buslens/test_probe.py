"""What a person does with a probe: save, look again, stop."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

import pytest
from pyee import EventEmitter

import buslens
from buslens import wire


def frames_in(path: Path) -> list[int]:
    data = path.read_bytes()
    found = wire.unpack_header(data)
    assert found is not None
    return [kind for kind, _, _ in wire.frames(data, found[1])]


def test_save_writes_what_was_seen_and_again_what_came_since(tmp_path: Path) -> None:
    emitter = EventEmitter()
    probe = buslens.attach(emitter, name="shop")
    emitter.emit("a")
    probe.save(tmp_path / "one.buslens")
    first = frames_in(tmp_path / "one.buslens")
    emitter.emit("b")
    probe.save(tmp_path / "two.buslens")
    assert len(frames_in(tmp_path / "two.buslens")) > len(first)
    assert (tmp_path / "two.buslens").read_bytes().count(b'"shop"') == 1
    probe.close()


def test_a_shared_recorder_is_saved_by_whoever_made_it(tmp_path: Path) -> None:
    probe = buslens.attach(EventEmitter(), recorder=buslens.Recorder())
    with pytest.raises(ValueError, match="whoever made it"):
        probe.save(tmp_path / "x.buslens")


def test_a_closed_probe_has_written_everything_and_let_go(tmp_path: Path) -> None:
    emitter = EventEmitter()
    before = dict(vars(emitter))
    with buslens.attach(emitter, to=tmp_path / "x.buslens") as probe:
        emitter.emit("a", "last words")
    assert not probe.attached
    assert vars(emitter) == before
    assert b"last words" in (tmp_path / "x.buslens").read_bytes()


@pytest.mark.parametrize("to", [False, True])
def test_a_probe_that_is_kept_keeps_nothing_of_the_program_alive(tmp_path: Path, to: bool) -> None:
    class Order:
        pass

    class Shop:
        def __init__(self) -> None:
            self.bus = EventEmitter()

        def on_order(self, order: Order) -> None:
            self.bus.emit("nobody", order)
            raise Declined(order)

    class Declined(Exception):
        pass

    shop, order = Shop(), Order()
    probe = buslens.attach(shop.bus, to=tmp_path / "trace.buslens" if to else None)
    shop.bus.on("order", shop.on_order)
    with pytest.raises(Declined) as declined:
        shop.bus.emit("order", order)
    seen = [weakref.ref(one) for one in (shop, shop.bus, order, declined.value)]
    del shop, order, declined
    gc.collect()
    assert [ref() for ref in seen] == [None] * 4
    assert not probe.attached
    probe.save(tmp_path / "saved.buslens")
    assert b"nobody" in (tmp_path / "saved.buslens").read_bytes()
    probe.close()
