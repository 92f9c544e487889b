"""Payloads of processes that are joined: each fact keeps its own, whoever else recorded meanwhile."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from bus.programs.joint_blobs import JointBlobs
from bus.trace.blob_frames import contents
from buslens import wire
from buslens.records import BlobKind


def body_of(*ids: int) -> memoryview:
    return memoryview(b"".join(wire.pack_blob(each, BlobKind.NOTE, b"note %d" % each, False) for each in ids))


@pytest.fixture
def reserve() -> Callable[[int], int]:
    given = [1]

    def reserve(count: int) -> int:
        given.append(given[-1] + count)
        return given[-2]

    return reserve


def shown(frame: bytes) -> dict[int, bytes]:
    ((_, body, _),) = wire.frames(frame, 0)
    found = contents(bytes(body))
    ends = [*found.heads[1:], len(body)]
    return {
        ident: bytes(body[head + wire.BLOB_ENTRY.size : end])
        for ident, head, end in zip(found.ids, found.heads, ends, strict=True)
    }


def test_two_processes_take_turns(reserve: Callable[[int], int]) -> None:
    one, other = JointBlobs(reserve), JointBlobs(reserve)
    assert shown(one.frame(body_of(1, 2))) == {1: b"note 1", 2: b"note 2"}
    assert shown(other.frame(body_of(1, 5, 6))) == {3: b"note 1", 4: b"note 5", 5: b"note 6"}
    assert shown(one.frame(body_of(3))) == {6: b"note 3"}
    assert one.joint(np.array([3, 0, 1, 2, 99], np.uint64)).tolist() == [6, 0, 1, 2, 0]
    assert other.joint(np.array([1, 5, 6, 4, 0], np.uint64)).tolist() == [3, 4, 5, 0, 0]


def test_a_process_without_payloads_has_none(reserve: Callable[[int], int]) -> None:
    assert JointBlobs(reserve).joint(np.array([0, 7], np.uint64)).tolist() == [0, 0]


@pytest.mark.parametrize("body", [body_of(1, 2)[:-1], body_of(1)[:9], body_of(2, 1), body_of(3, 3), memoryview(b"")])
def test_damage_is_said(body: memoryview, reserve: Callable[[int], int]) -> None:
    with pytest.raises(ValueError, match=r"a payload is cut short|do not ascend"):
        JointBlobs(reserve).frame(body)


def test_what_came_again_is_damage(reserve: Callable[[int], int]) -> None:
    blobs = JointBlobs(reserve)
    blobs.frame(body_of(4))
    with pytest.raises(ValueError, match="do not ascend"):
        blobs.frame(body_of(4))
