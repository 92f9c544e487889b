"""Names that are taken over into another capture keep what they name, under the numbers there."""

from __future__ import annotations

import numpy as np

from bus.trace.names import Name, Names
from bus.trace.renaming import Renamer
from buslens.records import NameKind
from buslens.wire import pack_name


def test_each_name_is_interned_once_with_the_number_of_its_bus_there() -> None:
    names, asked = Names(), []
    names.read_frame(memoryview(pack_name(1, NameKind.BUS, text="bus") + pack_name(2, NameKind.EVENT, text="e", bus=1)))

    def intern(name: Name, bus: int) -> int:
        asked.append((name.text, bus))
        return {"bus": 70, "e": 80}[name.text]

    renamed = Renamer(names, intern)
    assert renamed(np.array([2, 1, 0, 2], np.uint32)).tolist() == [80, 70, 0, 80]
    assert asked[-1] == ("e", 70)
    before = len(asked)
    assert renamed(np.array([1, 2], np.uint32)).tolist() == [70, 80]
    assert len(asked) == before


def test_a_number_that_was_never_named_is_no_name() -> None:
    renamed = Renamer(Names(), lambda name, bus: 1)
    assert renamed(np.array([5, 1 << 31], np.uint32)).tolist() == [0, 0]
    assert renamed(np.array([], np.uint32)).tolist() == []
