"""A message that one process sends and another one handles is one dispatch in the trace of both."""

from __future__ import annotations

from typing import Any

import pytest

from bus.analysis.delivery_history import anatomy_of
from bus.programs.joint_capture import JointCapture
from bus.programs.joint_messages import INFERRED, MOST_BEHIND_NS, WAIT_S, JointMessages
from bus.programs.message_notes import NO_IDS, MessageIds
from bus.trace import Trace
from buslens.context import CALL
from buslens.records import Flag, Kind
from buslens.watching.bodies import noted
from buslens.watching.broker_watch import BrokerWatch
from buslens.watching.naming import HandlerName
from tests.unit.bus.programs.played import Played, S, trace_of

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Client:
    """What is watched."""


CLIENT = Client()


class Speaking(Played):
    """A process with a client of a broker."""

    def __init__(self, name: str, pid: int) -> None:
        super().__init__(name, pid)
        self.watch = BrokerWatch(CLIENT, self.recorder, self.recorder.bus("amqp://here"))

    def send(self, event: str, *, at: int, confirmed: int = 0, cause: int = 0, **headers: str) -> int:
        self.now = at
        token = CALL.set(cause)
        dispatch = self.watch.published(event, b"7")
        CALL.reset(token)
        self.now = confirmed or at
        self.watch.confirmed(dispatch, event, "there", named(headers))
        return dispatch

    def handle(self, event: str, *, at: int, send: str = "", **headers: str) -> None:
        self.now = at
        ident = headers.get("message_id", "")
        delivery = self.watch.delivered(event, event, ident, (b"7", "", named(headers)), "there")
        handler = self.watch.handler_id(event, HandlerName("work"))
        self.watch.started(delivery.call, delivery.dispatch, handler, delivery.attempt)
        if send:
            self.send(send, at=at, cause=delivery.call, message_id=send)
        self.now = at + 1
        self.watch.ended(delivery.call)
        self.watch.settle(delivery, Kind.ACKNOWLEDGED)


def named(headers: dict[str, str]) -> dict[str, Any]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def flows(trace: Trace) -> list[tuple[str, int, int]]:
    """Of each dispatch its event, how many calls it has, and the row of the one that its flow grew from."""
    dispatches = trace.dispatches
    return [
        (trace.names.text(int(event)), len(trace.calls.by_dispatch.rows(int(ident))), dispatches.row_of(int(root)))
        for event, ident, root in zip(dispatches.event, dispatches.id, dispatches.root, strict=True)
    ]


def marks(trace: Trace) -> list[str]:
    return [trace.marks.text(row) for row in range(len(trace.marks))]


def test_a_message_is_one_dispatch_and_what_its_handler_sends_belongs_to_the_same_flow() -> None:
    shop, worker, mailer = Speaking("shop.py", 1), Speaking("worker.py", 2), Speaking("mailer.py", 3)
    shop.send("orders", at=1 * S, message_id="m-1")
    worker.handle("orders", at=2 * S, message_id="m-1", send="mails")
    mailer.handle("mails", at=3 * S, message_id="mails")
    trace = trace_of(worker, mailer, shop)

    assert flows(trace) == [("orders", 1, 0), ("mails", 1, 0)]
    assert not trace.dispatches.cause_unknown.any()
    kinds = [step.kind.name for step in anatomy_of(trace, int(trace.dispatches.id[0])).steps]
    assert kinds == ["CONFIRMED", "DELIVERED", "ACKNOWLEDGED"]
    assert not trace.damage


def test_what_is_sent_again_under_its_id_is_the_first_one_s() -> None:
    shop, worker = Speaking("shop.py", 1), Speaking("worker.py", 2)
    shop.send("orders", at=1 * S, message_id="m-1")
    worker.handle("orders", at=2 * S, message_id="m-1")
    shop.send("orders", at=3 * S, message_id="m-1")
    assert flows(trace_of(shop, worker)) == [("orders", 1, 0), ("orders", 0, 1)]


def test_a_traceparent_joins_what_has_no_id_and_that_is_said_to_be_inferred() -> None:
    shop, worker = Speaking("shop.py", 1), Speaking("worker.py", 2)
    shop.send("orders", at=1 * S, traceparent=TRACE)
    worker.handle("orders", at=2 * S, traceparent=TRACE)
    trace = trace_of(shop, worker)
    assert flows(trace) == [("orders", 1, 0)]
    assert INFERRED in marks(trace)


@pytest.mark.parametrize(
    ("sent", "handled"),
    [
        ([("orders", TRACE), ("orders", TRACE)], ("orders", TRACE)),
        ([("orders", TRACE)], ("mails", TRACE)),
        ([("orders", TRACE)], ("orders", "")),
    ],
    ids=["of two messages", "of another event", "of none"],
)
def test_what_does_not_say_which_message_it_is_stays_somebody_else_s(sent: Any, handled: Any) -> None:
    shop, worker = Speaking("shop.py", 1), Speaking("worker.py", 2)
    for event, trace in sent:
        shop.send(event, at=1 * S, traceparent=trace)
    worker.handle(handled[0], at=2 * S, traceparent=handled[1])
    trace = trace_of(shop, worker)
    assert flows(trace)[-1] == (handled[0], 1, len(sent))
    assert trace.dispatches.cause_unknown.tolist() == [False] * len(sent) + [True]
    assert INFERRED not in marks(trace)


def test_a_message_that_is_handled_before_its_sender_knows_its_id_waits_for_that() -> None:
    shop, worker = Speaking("shop.py", 1), Speaking("worker.py", 2)
    joint, trace = JointCapture(), Trace()
    of_shop, of_worker = joint.process(), joint.process()
    shop.now = 1 * S
    dispatch = shop.watch.published("orders", b"7")
    joint.take_in(of_shop, shop.recorder.take())
    worker.handle("orders", at=2 * S, message_id="m-1")
    joint.take_in(of_worker, worker.recorder.take())
    trace.feed(joint.head() + joint.take(2 * S + 9))
    assert flows(trace) == [("orders", 0, 0)]
    shop.now = 3 * S
    shop.watch.confirmed(dispatch, "orders", "there", {"message-id": "m-1"})
    joint.take_in(of_shop, shop.recorder.take())
    trace.feed(joint.take(more_may_come=True))
    assert flows(trace) == [("orders", 1, 0)]


def test_nothing_waits_for_ever() -> None:
    now = [0.0]
    messages = JointMessages(lambda: now[0])
    messages.emitted(1, "orders", Flag.DURABLE)
    for foreign in (2, 3):
        messages.emitted(foreign, "orders", Flag.DURABLE | Flag.FOREIGN)
        messages.told(foreign, MessageIds("message-id m", ""))
    assert messages.waits(2)
    now[0] = WAIT_S
    assert not messages.waits(2)
    assert not messages.waits(3)  # nor for the same sender again


def test_two_processes_wait_beside_each_other() -> None:
    now = [0.0]
    messages = JointMessages(lambda: now[0])
    for foreign, event in ((2, "orders"), (3, "mails")):
        messages.emitted(foreign - 2, event, Flag.DURABLE)
        messages.emitted(foreign, event, Flag.DURABLE | Flag.FOREIGN)
        messages.told(foreign, MessageIds("message-id m", ""))
    assert [messages.waits(foreign) for foreign in (2, 3)] == [True, True]
    now[0] = WAIT_S
    assert [messages.waits(foreign) for foreign in (2, 3)] == [False, False]
    assert not messages._waiting


def test_what_is_sent_later_is_not_waited_for() -> None:
    messages = JointMessages()
    messages.emitted(1, "orders", Flag.DURABLE)
    messages.emitted(2, "orders", Flag.DURABLE | Flag.FOREIGN)
    messages.told(2, MessageIds("message-id m", ""))
    assert messages.waits(2)
    messages.emitted(3, "orders", Flag.DURABLE)
    messages.told(1, MessageIds("message-id other", ""))
    assert not messages.waits(2)


def test_a_note_that_was_dropped_is_waited_for_once() -> None:
    now = [0.0]
    messages = JointMessages(lambda: now[0])
    for foreign in (2, 3):
        messages.emitted(foreign, "orders", Flag.DURABLE | Flag.FOREIGN)
    assert messages.waits(2)
    now[0] = WAIT_S
    assert not messages.waits(2)
    assert not messages.waits(3)


def test_a_message_without_ids_does_not_wait() -> None:
    messages = JointMessages()
    messages.emitted(1, "orders", Flag.DURABLE)
    messages.emitted(2, "orders", Flag.DURABLE | Flag.FOREIGN)
    messages.told(2, NO_IDS)
    assert not messages.waits(2)


def test_what_is_far_behind_does_not_wait() -> None:
    shop, worker = Speaking("shop.py", 1), Speaking("worker.py", 2)
    shop.now = 1 * S
    shop.watch.published("orders", b"7")
    worker.handle("orders", at=2 * S, message_id="m-1")
    worker.emit("later", at=2 * S + MOST_BEHIND_NS + 1)
    joint, trace = JointCapture(), Trace()
    for each in (shop, worker):
        joint.take_in(joint.process(), each.recorder.take())
    trace.feed(joint.head() + joint.take(more_may_come=True))
    assert [event for event, *_ in flows(trace)] == ["orders", "orders", "later"]


def test_a_message_from_outside_does_not_wait() -> None:
    messages = JointMessages()
    messages.emitted(2, "orders", Flag.DURABLE | Flag.FOREIGN)
    assert messages.waits(2)  # until its note has come
    messages.told(2, MessageIds("message-id m", ""))
    assert not messages.waits(2)


def test_the_first_process_s_names_are_not_taken_for_messages() -> None:
    """Ids of the first process are small, as numbers of names are."""
    worker, shop = Speaking("worker.py", 1), Speaking("shop.py", 2)
    shop.send("orders", at=1 * S, message_id="m-1")
    for number in range(8):
        worker.watch.subscribed(f"event {number}", HandlerName("work"))
    worker.handle("orders", at=2 * S, message_id="m-1")
    trace = trace_of(worker, shop)
    added = [trace.names.text(int(event)) for event in trace.subscriptions.view("event")]
    assert added == [f"event {number}" for number in range(8)]
    assert flows(trace) == [("orders", 1, 0)]


def get(process: Speaking, task: str, *, at: int) -> None:
    """The main process of a worker gets a task and acknowledges it; its pool runs it."""
    process.now = at
    ident = {"task-id": task}
    delivery = process.watch.delivered("charge", "celery", f"task {task}", (None, "", ident), "there", is_called=False)
    process.watch.settle(delivery, Kind.ACKNOWLEDGED)


def run_task(process: Speaking, task: str, *, at: int) -> None:
    process.now = at
    ident = {"task-id": task}
    delivery = process.watch.joined("charge", "celery", f"task {task}", (None, "", ident), flags=int(Flag.FOREIGN))
    process.watch.step(Kind.WORK_RECEIVED, delivery, noted("w1", ident))
    process.watch.step(Kind.WORK_STARTED, delivery)
    handler = process.watch.handler_id("charge", HandlerName("charge"))
    process.watch.started(delivery.call, delivery.dispatch, handler, delivery.attempt)
    process.now = at + 1
    process.watch.ended(delivery.call)


@pytest.mark.parametrize("is_sender_watched", [True, False])
def test_a_task_that_one_process_gets_and_another_one_runs_is_one_dispatch(is_sender_watched: bool) -> None:
    sender, parent, child = Speaking("web", 1), Speaking("worker", 2), Speaking("pool", 3)
    if is_sender_watched:
        sender.send("charge", at=0, task_id="t-1")
    get(parent, "t-1", at=2 * S)
    run_task(child, "t-1", at=3 * S)
    run_task(child, "t-2", at=4 * S)
    get(parent, "t-3", at=5 * S)
    trace = trace_of(sender, child, parent)  # the order in which captures are found says nothing
    assert [(event, calls) for event, calls, _ in flows(trace)] == [("charge", 1), ("charge", 1), ("charge", 0)]
    steps = anatomy_of(trace, int(trace.dispatches.id[0])).of_call(int(trace.calls.id[0]))
    assert [step.kind for step in steps if step.kind is not Kind.CONFIRMED] == [
        Kind.DELIVERED, Kind.ACKNOWLEDGED, Kind.WORK_RECEIVED, Kind.WORK_STARTED,
    ]  # fmt: skip
