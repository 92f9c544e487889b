"""A small AMQP 0-9-1 broker for tests, on a port that the system chooses: queues in memory, and nothing kept.

It speaks what client libraries need to publish, confirm, return, consume, get, acknowledge and reject; messages are
routed by the default exchange, and any other exchange to the queue that is called like the routing key.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any

import pamqp.frame
from pamqp import commands as spec
from pamqp.body import ContentBody
from pamqp.header import ContentHeader, ProtocolHeader
from pamqp.heartbeat import Heartbeat


@dataclass
class Message:
    publish: Any
    header: Any
    body: bytes = b""
    redelivered: bool = False


@dataclass
class Channel:
    number: int
    confirms: bool = False
    published: int = 0
    delivered: int = 0
    coming: Message | None = None
    consumers: dict[str, tuple[str, bool]] = field(default_factory=dict)
    """Queue, and whether it acknowledges by the delivery alone, by tag."""

    held: dict[int, tuple[str, Message]] = field(default_factory=dict)


class AmqpBroker:
    """The broker, as a context."""

    def __init__(self) -> None:
        self.queues: dict[str, deque[Message]] = defaultdict(deque)
        self.said: list[Any] = []
        """Methods and headers that clients have written."""

        self.refuses = False
        """Publishes are answered with a nack."""

        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._lock = threading.RLock()
        self._clients: list[Client] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}/"

    def __enter__(self) -> AmqpBroker:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join()
        for client in list(self._clients):
            client.cut()
            client.thread.join()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            client = Client(self, connection)
            self._clients.append(client)
            client.thread.start()

    def take(self, client: Client, channel: Channel, message: Message) -> None:
        """A client has published a message."""
        with self._lock:
            channel.published += 1
            queue = message.publish.routing_key
            if queue in self.queues:
                self.queues[queue].append(message)
            elif message.publish.mandatory:
                said = spec.Basic.Return(312, "NO_ROUTE", message.publish.exchange, queue)
                client.send(channel.number, said, message)
            if channel.confirms:
                kind = spec.Basic.Nack if self.refuses else spec.Basic.Ack
                client.send(channel.number, kind(delivery_tag=channel.published))
            self.hand_on()

    def hand_on(self) -> None:
        """Give what waits to who consumes it."""
        with self._lock:
            for client in self._clients:
                for channel in client.channels.values():
                    for tag, (queue, no_ack) in channel.consumers.items():
                        while self.queues[queue]:
                            client.deliver(channel, tag, queue, self.queues[queue].popleft(), no_ack)

    def settle(self, channel: Channel, frame: Any, requeue: bool) -> None:
        """A client has acknowledged or rejected deliveries."""
        with self._lock:
            many = getattr(frame, "multiple", False)
            tags = [tag for tag in channel.held if tag == frame.delivery_tag or (many and tag < frame.delivery_tag)]
            for queue, message in [channel.held.pop(tag) for tag in tags]:
                if requeue:
                    message.redelivered = True
                    self.queues[queue].appendleft(message)
            self.hand_on()

    def gone(self, client: Client) -> None:
        """A client has left: what it held is in its queue again."""
        with self._lock:
            self._clients.remove(client)
            for channel in client.channels.values():
                for queue, message in channel.held.values():
                    message.redelivered = True
                    self.queues[queue].appendleft(message)
            self.hand_on()


class Client:
    """One connection."""

    def __init__(self, broker: AmqpBroker, connection: socket.socket) -> None:
        self.channels: dict[int, Channel] = {}
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self._broker = broker
        self._connection = connection

    def cut(self) -> None:
        """End the connection without a word."""
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)

    def send(self, channel: int, frame: Any, message: Message | None = None) -> None:
        """Write a frame, and a message behind it."""
        data = pamqp.frame.marshal(frame, channel)
        if message is not None:
            data += pamqp.frame.marshal(ContentHeader(0, len(message.body), message.header.properties), channel)
            if message.body:
                data += pamqp.frame.marshal(ContentBody(message.body), channel)
        with contextlib.suppress(OSError):
            self._connection.sendall(data)

    def deliver(self, channel: Channel, tag: str, queue: str, message: Message, no_ack: bool) -> None:
        channel.delivered += 1
        if not no_ack:
            channel.held[channel.delivered] = queue, message
        told = message.redelivered, message.publish.exchange, message.publish.routing_key
        self.send(channel.number, spec.Basic.Deliver(tag, channel.delivered, *told), message)

    def _serve(self) -> None:
        data = b""
        with self._connection:
            while True:
                try:
                    data += self._connection.recv(1 << 16)
                    if not data:
                        break
                    data = self._read(data)
                except (OSError, StopIteration):
                    break
        self._broker.gone(self)

    def _read(self, data: bytes) -> bytes:
        while data:
            try:
                size, channel, frame = pamqp.frame.unmarshal(data)
            except pamqp.exceptions.UnmarshalingException:
                break  # not all of it has come
            data = data[size:]
            if isinstance(frame, ProtocolHeader):
                server = {"capabilities": {"publisher_confirms": True, "basic.nack": True}}
                self.send(0, spec.Connection.Start(0, 9, server, "PLAIN", "en_US"))
            elif isinstance(frame, ContentHeader):
                self._broker.said.append(frame)
                self._header(self.channels[channel], frame)
            elif isinstance(frame, ContentBody):
                self._body(self.channels[channel], frame.value)
            elif not isinstance(frame, Heartbeat):
                self._broker.said.append(frame)
                self._method(channel, frame)
        return data

    def _header(self, channel: Channel, header: Any) -> None:
        assert channel.coming is not None
        channel.coming.header = header
        if not header.body_size:
            self._body(channel, b"")

    def _body(self, channel: Channel, body: bytes) -> None:
        assert channel.coming is not None
        channel.coming.body += body
        if len(channel.coming.body) >= channel.coming.header.body_size:
            message, channel.coming = channel.coming, None
            self._broker.take(self, channel, message)

    def _method(self, number: int, frame: Any) -> None:
        channel = self.channels.get(number) or self.channels.setdefault(number, Channel(number)) if number else None
        answer: Any = None
        if isinstance(frame, spec.Connection.StartOk):
            answer = spec.Connection.Tune(2047, 131_072, 0)
        elif isinstance(frame, spec.Connection.Open):
            answer = spec.Connection.OpenOk()
        elif isinstance(frame, spec.Connection.Close):
            self.send(0, spec.Connection.CloseOk())
            raise StopIteration
        elif channel is not None:
            answer = self._of_channel(channel, frame)
        if answer is not None:
            self.send(number, answer)
        if isinstance(frame, (spec.Basic.Consume, spec.Basic.Recover)):
            self._broker.hand_on()

    def _of_channel(self, channel: Channel, frame: Any) -> Any:
        queues = self._broker.queues
        if isinstance(frame, spec.Basic.Publish):
            channel.coming = Message(frame, None)
        elif isinstance(frame, spec.Basic.Ack):
            self._broker.settle(channel, frame, False)
        elif isinstance(frame, (spec.Basic.Nack, spec.Basic.Reject)):
            self._broker.settle(channel, frame, frame.requeue)
        elif isinstance(frame, spec.Basic.Get):
            self._get(channel, frame)
        elif isinstance(frame, spec.Basic.Consume):
            channel.consumers[frame.consumer_tag] = frame.queue, frame.no_ack
            return spec.Basic.ConsumeOk(frame.consumer_tag)
        elif isinstance(frame, spec.Basic.Cancel):
            channel.consumers.pop(frame.consumer_tag, None)
            return None if frame.nowait else spec.Basic.CancelOk(frame.consumer_tag)
        elif isinstance(frame, spec.Queue.Declare):
            queues[frame.queue] = queues[frame.queue]
            return spec.Queue.DeclareOk(frame.queue, len(queues[frame.queue]), 0)
        elif isinstance(frame, spec.Confirm.Select):
            channel.confirms = True
            return spec.Confirm.SelectOk()
        elif isinstance(frame, spec.Channel.Close):
            self.channels.pop(channel.number, None)
            return spec.Channel.CloseOk()
        else:
            made = _ANSWERS.get(type(frame))
            return made() if made is not None else None
        return None

    def _get(self, channel: Channel, frame: Any) -> None:
        queue = self._broker.queues[frame.queue]
        if not queue:
            self.send(channel.number, spec.Basic.GetEmpty())
            return
        message = queue.popleft()
        channel.delivered += 1
        if not frame.no_ack:
            channel.held[channel.delivered] = frame.queue, message
        told = message.redelivered, message.publish.exchange, message.publish.routing_key, len(queue)
        self.send(channel.number, spec.Basic.GetOk(channel.delivered, *told), message)


_ANSWERS = {
    spec.Channel.Open: spec.Channel.OpenOk,
    spec.Basic.Qos: spec.Basic.QosOk,
    spec.Basic.Recover: spec.Basic.RecoverOk,
    spec.Exchange.Declare: spec.Exchange.DeclareOk,
    spec.Exchange.Delete: spec.Exchange.DeleteOk,
    spec.Queue.Bind: spec.Queue.BindOk,
    spec.Queue.Delete: lambda: spec.Queue.DeleteOk(0),
    spec.Queue.Purge: lambda: spec.Queue.PurgeOk(0),
}
