"""A call's talk with the process that does it: whatever comes from there, at most this one call fails."""

from __future__ import annotations

from typing import Any

import pytest

from bus.workers.conversation import Conversation
from bus.workers.python_child import MOST_OUTPUT


class Child:
    """Says what a test has written down."""

    def __init__(self, *says: Any) -> None:
        self.says, self.told = list(says), list[dict[str, Any]]()

    def send(self, said: dict[str, Any]) -> None:
        self.told.append(said)

    def hear(self) -> Any:
        return self.says.pop(0) if self.says else None


class Host:
    def __init__(self, child: Child) -> None:
        self.child, self.came_back = child, ""

    def take(self) -> Child:
        return self.child

    def give_back(self, child: Child) -> None:
        self.came_back = "well"

    def discard(self, child: Child) -> str:
        self.came_back = "discarded"
        return "ended with exit code 3"


class Talked:
    """A talk from beginning to end."""

    def __init__(self, *says: Any, emit: Any = None) -> None:
        self.child = Child(*says)
        self.host = Host(self.child)
        self.logged: list[str] = []
        self.emitted: list[tuple[str, Any]] = []
        with Conversation(self.host, emit=emit or self._emit, log=self.logged.append) as talk:
            talk.begin({"code": "..."})
            while not talk.over:
                talk.answer(talk.hear())
        self.failure = talk.failure

    def _emit(self, event: str, payload: Any) -> None:
        self.emitted.append((event, payload))


def test_what_the_code_logs_and_emits_happens_here_in_order() -> None:
    talked = Talked({"log": "one\ntwo"}, {"emit": ["a", {"n": 1}]}, {"emit": ["b", None]}, {"done": True})
    assert talked.logged == ["one", "two"]
    assert talked.emitted == [("a", {"n": 1}), ("b", None)]
    assert talked.child.told == [{"code": "..."}, {"ok": True}, {"ok": True}]
    assert talked.failure is None
    assert talked.host.came_back == "well"


def test_what_the_code_raises_fails_the_call_and_the_process_is_as_good_as_before() -> None:
    talked = Talked({"error": ["KeyError", "'a'", [[3, "<module>"], [1, "inner"]]]})
    assert talked.failure is not None
    assert (talked.failure.type, talked.failure.message) == ("KeyError", "'a'")
    assert talked.failure.frames == ((3, "<module>"), (1, "inner"))
    assert talked.failure.cause is None
    assert talked.host.came_back == "well"


def test_what_an_emit_raises_arrives_in_the_code_and_is_the_cause_where_it_ends_it() -> None:
    def refuse(*_: Any) -> None:
        raise LookupError("refused")

    talked = Talked({"emit": ["a", 1]}, {"error": ["LookupError", "refused", []]}, emit=refuse)
    assert talked.child.told[1:] == [{"error": ["LookupError", "refused"]}]
    assert talked.failure is not None
    assert isinstance(talked.failure.cause, LookupError)
    other = Talked({"emit": ["a", 1]}, {"error": ["KeyError", "own", []]}, emit=refuse)
    assert other.failure is not None
    assert other.failure.cause is None


@pytest.mark.parametrize(
    "junk", [None, {}, {"log": 5}, {"emit": ["a"]}, {"emit": [5, 1]}, {"emit": "a"}, {"done": 1}, {"done": False}]
)
def test_what_is_no_message_ends_the_call_and_the_process(junk: Any) -> None:
    talked = Talked(junk)
    assert talked.failure is not None
    assert talked.failure.type == "PythonEnded"
    assert talked.failure.message == "the process of the Python code ended with exit code 3"
    assert talked.host.came_back == "discarded"


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (5, "PythonEnded"),
        (["a"], "PythonEnded"),
        (["KeyError", "x", [["no line", "f"]]], "PythonEnded"),
        (["no identifier", "x", []], "PythonError"),
        ([5, "x", []], "PythonError"),
        (["E" * 300, "x", []], "PythonError"),
    ],
)
def test_an_error_that_is_made_up_is_one_all_the_same(error: Any, kind: str) -> None:
    talked = Talked({"error": error})
    assert talked.failure is not None
    assert talked.failure.type == kind


def test_everything_is_bounded() -> None:
    talked = Talked({"error": ["KeyError", "m" * 50_000, [[1, "f" * 900]] * 100]})
    assert talked.failure is not None
    assert len(talked.failure.message) == 10_000
    assert len(talked.failure.frames) == 30
    assert {len(name) for _, name in talked.failure.frames} == {200}
    lines = Talked({"log": "\n".join(["x"] * 5_000)}, {"done": True}).logged
    assert len(lines) == 1_000
    assert lines[-1] == "… more lines were printed than are kept"
    wide = Talked(*[{"log": "x" * (MOST_OUTPUT // 2)}] * 9, {"done": True}).logged
    assert sum(map(len, wide)) <= 2 * MOST_OUTPUT
