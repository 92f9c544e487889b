"""What a run does on Kafka, order by order on a thread that may block, and how it goes on when the broker goes away."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from bus.connections import parsed, tls
from bus.contract.delivery import (
    BacklogCounted,
    Bound,
    ConnectionRestored,
    Delivery,
    Message,
    News,
    Noticed,
    PeerWrote,
    Tell,
)
from bus.contract.peer_messages import MOST_BYTES as MOST_LETTER
from bus.contract.peer_messages import OWNER
from bus.durable.outage import Outage
from bus.engines.kafka import KAFKA, names
from bus.engines.kafka.admin import Admin
from bus.engines.kafka.consumer import GroupMember
from bus.engines.kafka.letters import Mail, board_topic, mailbox_topic
from bus.engines.kafka.publishing import Publisher
from bus.engines.kafka.runs import GROUPS, TOPICS, remembered
from bus.errors import UserError
from bus.runs.manifest import NoManifest

PROBE_S = 1.0
"""A probe that finds nobody takes so long."""

FLUSH_S, STUCK_S = 30.0, 10.0
"""Until all is answered; with a broker that is there again a client that takes longer is stuck."""

CHECK_S = 1.0
"""Between two looks for clients that are dead."""

LEAVE_S, LOST_LEAVE_S = 10.0, 1.0
"""To the members of groups, and what is still to be sent; who cannot end in time ends without us."""

MOST_REFUSED, REFUSED_PAUSE_S = 3, 0.2
REBALANCE_S = 20
"""A group that shares out its work anew waits so long for members that live and say nothing."""

FETCH_MS = 100
"""How long the server waits for events before it says that there are none: what is subscribed later waits as long."""

Order = Callable[[], object]


class Client:
    """Orders are carried out one after another; what a broker that is gone interrupts is carried out again."""

    def __init__(self, url: str, run: str, tell: Tell, member: str = "") -> None:
        """member: our name in a run that somebody else owns; empty: it is ours."""
        self._member = member
        self._url, self._run, self._tell = url, run, tell
        self._where = f"Kafka at {names.shown(url)}"
        self._partitions = names.partitions(url)
        self._session_s = names.session_s(url)
        self.orders: queue.SimpleQueue[Order | None] = queue.SimpleQueue()
        """None ends it."""

        self.closing = threading.Event()
        """Once set, a broker that is gone is not looked for any more."""

        self._made = NoManifest() if member else remembered(run, url)
        self._topics: set[str] = set()
        """That are there for sure."""

        self._events: set[str] = set()
        """For whose topics there is an order; the engine's thread alone knows them."""

        self._mailboxes: set[str] = set()
        """That were written to; the engine's thread alone knows them."""

        self._members: dict[str, GroupMember] = {}
        self._is_shared = False
        """Somebody has joined, and may have any partition."""

        self._outage = Outage(self._where, self._say, self.closing, first_pause_s=PROBE_S, longest_pause_s=PROBE_S)
        self._checked_at = time.monotonic()
        self._is_suspect = threading.Event()
        self._is_lost = False
        self._why = ""
        """What failed last."""

    def open(self) -> None:
        """Connect. Raises UserError."""
        self._admin = Admin(self._url)
        try:
            self._admin.reach()
        except UserError as error:
            raise tls.blamed(KAFKA, parsed(KAFKA, self._url)[0], error) from None
        mailbox = mailbox_topic(self._run, self._member or OWNER)
        if self._member and mailbox_topic(self._run, OWNER) not in self._admin.topics():
            raise UserError(f"there is no run {self._run} on {self._where}", hint="begin it first")
        self._made.begin()
        self._made.add(TOPICS, mailbox)
        try:
            self._admin.make_topic(mailbox, 1, MOST_LETTER)
        except Exception as error:
            self._made.end()
            raise UserError(f"{self._where} makes no topic: {error}") from None
        self._publisher = Publisher(self._url, self._run, self._tell, self._failed)
        self.mail = Mail(self._url, self._run, self._member or OWNER, self._publisher.write, self._wrote, self._failed)

    def serve(self) -> None:
        """Until there are no more orders."""
        try:
            while True:
                with contextlib.suppress(queue.Empty):
                    if (order := self.orders.get(timeout=CHECK_S)) is None:
                        return
                    self._carry_out(order)
                self._replace_dead()
        finally:
            self._leave()

    def _wrote(self, letter: bytes) -> None:
        self._is_shared = True
        self._say(PeerWrote(letter))

    # From the engine's thread, at once

    def publish(self, message: Message) -> None:
        """Behind the orders that were given before."""
        if message.event not in self._events:
            self._events.add(message.event)
            topic = names.topic_name(self._run, message.event)
            self.order_held(partial(self._make, topic))
        self._publisher.publish(message)

    def write(self, mailbox: str, letter: bytes) -> None:
        """To another member, whatever is held."""
        topic = mailbox_topic(self._run, mailbox)
        if topic not in self._mailboxes:
            self._mailboxes.add(topic)
            self.orders.put(lambda: self._publisher.learn(topic))
        self.mail.write(mailbox, letter)

    def bind(self, consumer: str, event: str, prefetch: int) -> None:
        """A topic, and a member of the handler's group."""
        self._events.add(event)
        self.order_held(lambda: self._bind(consumer, event, prefetch))

    def unbind(self, consumer: str, event: str) -> None:
        """Whatever was bound before is behind us in the orders: only then."""
        topic = names.topic_name(self._run, event)
        member = self._members.get(consumer)
        if member is not None and topic in member.window.topics:
            member.unhear(topic)
        else:
            self.orders.put(lambda: self._members[consumer].unhear(topic))

    def member_of(self, delivery: Delivery) -> GroupMember:
        """Who has it."""
        return self._members[delivery.consumer]

    def dead_letter(self, delivery: Delivery, reason: str) -> None:
        """A dead letter, then a commit."""
        self.orders.put(lambda: self._bury(delivery, reason))

    def order_held(self, order: Order) -> None:
        """Nothing is sent before it is done."""
        self._publisher.hold()

        def held() -> None:
            order()
            self._publisher.release()

        self.orders.put(held)

    # Orders

    def _make(self, topic: str) -> bool:
        """Whether it is new."""
        if topic in self._topics:
            return False
        self._made.add(TOPICS, topic)
        self._admin.make_topic(topic, self._partitions)
        self._publisher.learn(topic)
        self._topics.add(topic)
        return True

    def _bind(self, consumer: str, event: str, prefetch: int) -> None:
        topic = names.topic_name(self._run, event)
        is_new = self._make(topic)
        member = self._members.get(consumer)
        if member is None:
            group = names.group_name(self._run, consumer)
            self._made.add(GROUPS, group)
            member = GroupMember(consumer, self._settings(group), prefetch, self._tell, self._failed)
        backlog = 0
        if not is_new:
            if not self._publisher.flush(FLUSH_S, self.closing.is_set):
                raise TimeoutError("nothing is confirmed")
            backlog = member.window.waiting(topic, self._admin.ends([topic], self._partitions)[topic])
        self._members[consumer] = member
        member.window.prefetch = prefetch
        self._say(Bound(consumer, event, backlog))
        member.hear(topic, event)
        member.start()

    def _settings(self, group: str) -> dict[str, Any]:
        return {
            **names.settings(self._url),
            "group.id": group,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
            "session.timeout.ms": 1000 * self._session_s,
            "heartbeat.interval.ms": min(3_000, 250 * self._session_s),
            "max.poll.interval.ms": 1000 * max(REBALANCE_S, self._session_s),
            "partition.assignment.strategy": "cooperative-sticky",
            "fetch.wait.max.ms": FETCH_MS,
            "fetch.queue.backoff.ms": 10,
            "queued.max.messages.kbytes": 16_384,
        }

    def _bury(self, delivery: Delivery, reason: str) -> None:
        self._make(names.dead_topic(self._run))
        member = self._members[delivery.consumer]
        self._publisher.dead_letter(delivery, reason, lambda: member.settle(delivery))

    def announce(self, scenario: str) -> None:
        """The run can be joined by whoever has this scenario."""
        board = board_topic(self._run, scenario)
        self._made.add(TOPICS, board)
        self._admin.make_topic(board, 1)

    def clean(self) -> None:
        """Remove what this run made. What cannot be removed now is left to `buslens clean`."""
        if self._is_lost or not self._admin.is_there(PROBE_S):
            self._is_lost = True
            return
        self._publisher.end(LEAVE_S)
        self._leave_groups()
        self.mail.close(LEAVE_S)
        # Of workers that were killed as well.
        letters = [topic for topic in self._admin.topics() if topic.startswith(mailbox_topic(self._run, ""))]
        self._admin.remove([*{*self._made.of(TOPICS), *letters}], self._made.of(GROUPS))
        self._made.end()

    def _leave_groups(self) -> None:
        for member in self._members.values():
            member.leave()
        limit = time.monotonic() + (LOST_LEAVE_S if self._is_lost else LEAVE_S)
        for member in self._members.values():
            member.join(max(0.0, limit - time.monotonic()))

    def _leave(self) -> None:
        if self._is_lost:
            self._made.leave()  # whoever cleans need not wait for clients that nobody answers
            for member in self._members.values():
                member.hold()
        self._leave_groups()
        self._publisher.end(0.0 if self._is_lost else LEAVE_S)
        self.mail.close(LOST_LEAVE_S if self._is_lost else LEAVE_S)
        if self._member and not self._is_lost:
            with contextlib.suppress(UserError):
                self._admin.remove([mailbox_topic(self._run, self._member)], [])
        self._made.leave()

    # A client that is dead though its broker is there

    def _replace_dead(self) -> None:
        """Whichever it is, where a client that is new is answered."""
        now, before = time.monotonic(), self._checked_at
        if now - before < CHECK_S or self._is_lost or self.closing.is_set():
            return
        self._checked_at = now
        clients: list[tuple[str, Publisher | Mail | GroupMember]] = [
            ("sends", self._publisher),
            ("reads letters", self.mail),
            *((f"listens for {name}", member) for name, member in self._members.items()),
        ]
        if now - before > STUCK_S / 2:  # it is us who stood still: nobody could say that it lives
            for _, client in clients:
                client.pulse.begin()
        dead = [(what, client) for what, client in clients if client.is_needed and client.pulse.silent_s > STUCK_S]
        if not dead:
            return
        self._admin.renew()
        if self._admin.is_there(PROBE_S):
            for what, client in dead:
                self._say(Noticed(f"the client that {what} had no connection for {STUCK_S:.0f} s and is replaced"))
                client.renew()

    # A broker that goes away

    def _failed(self, error: Any) -> None:
        """Said by any client, on any thread: somebody should look."""
        from confluent_kafka import KafkaError

        bad = error.fatal() or error.code() in (KafkaError._ALL_BROKERS_DOWN, KafkaError._AUTHENTICATION)
        if bad and not self._is_suspect.is_set() and not self.closing.is_set():
            self._is_suspect.set()
            self.orders.put(self._look)

    def _look(self) -> None:
        if not self._admin.is_there(PROBE_S):
            self._is_lost = True
            raise ConnectionError("gone")
        self._is_suspect.clear()

    def _carry_out(self, order: Order) -> None:
        tried = 0
        while not self._did(order):
            tried += 1
            if self.closing.is_set():
                return
            if not self._is_lost and tried >= MOST_REFUSED:
                self._outage.give_up(f"{self._where} refuses what it is asked: {self._why}")
                return
            if self._is_lost and not self._recover():
                return
            if order == self._look:
                return
            self.closing.wait(REFUSED_PAUSE_S)

    def _did(self, order: Order) -> bool:
        try:
            order()
        except UserError as error:
            self._why = str(error)
        except Exception as error:
            said = error.args[0] if error.args else error
            self._why = str(said.str() if hasattr(said, "str") else said) or type(error).__name__
        else:
            return True
        if not self.closing.is_set() and not self._is_lost:
            self._is_lost = not self._admin.is_there(PROBE_S)
        return False

    def _recover(self) -> bool:
        """Try until the broker is there again; False where it never is."""
        self._publisher.hold()
        for member in self._members.values():
            member.hold()
        self._outage.begin()
        renewed = time.monotonic()
        while not self._is_back():
            if time.monotonic() - renewed > STUCK_S:  # it may be the one who asks that is dead
                self._admin.renew()
                renewed = time.monotonic()
            if self.closing.is_set():
                self._is_lost = True
                return False
            if self._outage.pause_after(self._admin.why().problem) is None:
                return False
        self._outage.end()
        self._is_lost = False
        self._checked_at = 0.0  # who had no connection meanwhile gets time to find one
        self._is_suspect.clear()
        self._publisher.release()
        return True

    def _is_back(self) -> bool:
        """Count what waits when all that was on its way has arrived."""
        begun = time.monotonic()
        try:
            if not self._admin.is_there(PROBE_S):
                pass
            elif not self._publisher.flush(STUCK_S, self.closing.is_set):
                self._publisher.renew()
            else:
                self._say(ConnectionRestored(None if self._is_shared else self._count()))
                for member in self._members.values():
                    member.go_on()
                return True
        except Exception as error:
            self._why = str(error)
        self.closing.wait(max(0.0, PROBE_S / 4 - (time.monotonic() - begun)))
        return False

    def recount(self) -> None:
        """What no member of a group has committed; where that cannot be told now, it is asked for again."""
        with contextlib.suppress(Exception):
            self._say(BacklogCounted(tuple(self._uncommitted())))

    def _uncommitted(self) -> Iterator[tuple[str, str, int]]:
        topics = sorted({topic for member in self._members.values() for topic in member.window.topics})
        ends = self._admin.ends(topics, self._partitions)
        for member in list(self._members.values()):
            committed = self._admin.committed(names.group_name(self._run, member.consumer))
            for topic in sorted(member.window.topics):
                lag = sum(
                    max(0, high - committed.get((topic, number), low)) for number, (low, high) in ends[topic].items()
                )
                yield member.consumer, member.events[topic], lag

    def _count(self) -> tuple[tuple[str, str, int], ...]:
        """What will be delivered: what a member no longer remembers begins where its group stands."""
        topics = sorted({topic for member in self._members.values() for topic in member.window.topics})
        ends = self._admin.ends(topics, self._partitions)
        found: list[tuple[str, str, int]] = []
        for member in self._members.values():
            committed = self._admin.committed(names.group_name(self._run, member.consumer))
            left = {
                topic: {
                    number: (max(low, committed.get((topic, number), 0)), high)
                    for number, (low, high) in ends[topic].items()
                }
                for topic in topics
            }
            found += member.count(left)
        return tuple(found)

    def _say(self, news: News) -> None:
        self._tell([news])
