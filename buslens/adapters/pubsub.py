"""Watch a topic tree of PyPubSub: each message is a dispatch, and each listener of its topic and of those above a call.

PyPubSub tells its notification manager of all that it does, asked or not: that is where listeners come and go, and die.
Its own loop calls the listeners, and takes them one by one from what we give it. Where one raises, it asks the settings
of the tree for whoever takes errors: there the error is seen, in flight.
"""

from __future__ import annotations

import sys
import threading
import weakref
from types import FrameType
from typing import Any, ClassVar, Iterable, Iterator, Mapping, Optional
from weakref import ref as weak_ref

from pubsub.core.topicmgr import TopicManager
from pubsub.core.topicobj import Topic

from buslens.recorder import Recorder
from buslens.statics import instance_dict, member
from buslens.watching.call_sites import in_the_place_of
from buslens.watching.hooks import Hooks
from buslens.watching.methods import Hook, MethodHooks, Subscription
from buslens.watching.naming import HandlerName
from buslens.watching.places import files_of, place_outside
from buslens.watching.results import HANDED
from buslens.watching.subscribers import FREED, Subscribers
from buslens.watching.turns import Turns
from buslens.watching.watch import Watch

_TRACEBACK: Any = vars(BaseException)["__traceback__"]
_OURS = "__buslens_asked__"
_SENDS = vars(Topic).get("_Topic__sendMessage")


class TopicTreeHooks(MethodHooks):
    """The hooks of one topic tree: on its notification manager, and on its topics."""

    METHODS = ("notifySubscribe", "notifyUnsubscribe", "notifyDeadListener", "notifyNewTopic")
    CLASSES: ClassVar[tuple[type, ...]] = (TopicManager,)
    MADE = ("_topicsMap",)

    def __init__(self, emitter: TopicManager, recorder: Recorder, bus: int) -> None:
        manager = _notifications_of(emitter)
        super().__init__(manager, Watch(manager, recorder, bus))
        self.topics: dict[str, Topic] = emitter._topicsMap
        self.subscribers: dict[str, Subscribers] = {}
        """Of each topic, by its name."""

        self.sending = threading.local()
        """`turns`: of the message that is being sent on this thread; `error`: what its last listener has raised."""

        self._settings = member(emitter, "_TopicManager__treeConfig")

        self._files = files_of("pubsub")
        self._hooked: list[tuple[weakref.ref[Any], dict[str, Hook]]] = []
        """Topics, and what was put on them."""

        self.hook({name: getattr(self, f"_{name}")() for name in self.METHODS})

    @classmethod
    def everything(cls) -> Mapping[type, Iterable[str]]:
        """Whoever sends or subscribes asks the tree for the topic first."""
        return {TopicManager: ("getOrCreateTopic", "getTopic")}

    @classmethod
    def title(cls, emitter: TopicManager) -> str:
        """The tree that a program has without asking has the name of its module."""
        return "pubsub.pub" if member(sys.modules.get("pubsub.pub"), "_topicMgr") is emitter else ""

    @classmethod
    def of(cls, emitter: TopicManager) -> Optional[TopicTreeHooks]:
        """The hooks that a topic tree has already."""
        manager = _notifications_of(emitter)
        return None if manager is None else super().of(manager)

    @classmethod
    def missing(cls, emitter: TopicManager) -> list[str]:
        """What a topic tree of this PyPubSub does not have."""
        manager = _notifications_of(emitter)
        missing = ["a notification manager"] if manager is None else super().missing(manager)
        if _SENDS is None or type(member(emitter, "_topicsMap")) is not dict:
            missing.append("Topic.__sendMessage and a map of topics")
        return missing

    def put_on(self, emitter: TopicManager) -> None:
        """Record who listens now, then hook in."""
        super().put_on(self.watch.emitter())
        for topic in list(self.topics.values()):
            self.hook_topic(topic)
        self._settings.__class__ = _asked_for_errors(type(self._settings), self.sending)

    def take_off(self, emitter: Any) -> None:
        """Leave the tree as it was."""
        super().take_off(emitter)
        for ref, hooks in self._hooked:
            own = instance_dict(ref()) or {}
            for name, hook in hooks.items():
                if own.get(name) is hook:
                    del own[name]
        self._hooked.clear()
        kind = type(self._settings)
        if _OURS in vars(kind):
            self._settings.__class__ = kind.__base__

    def subscriptions(self, emitter: Any, wait: bool) -> Iterable[Subscription]:
        """Who listens now, to which topic."""
        found: list[Subscription] = []
        for name, topic in list(self.topics.items()):
            subscribers = self.of_topic(name)
            for listener in Topic.getListeners(topic):
                handler = listener.getCallable()
                if handler is not None:
                    subscribers.remember(id(listener), subscribers.described(handler, weak=True))
            found += [(name, registration, False) for registration in subscribers.known.values()]
        return found

    def of_topic(self, name: str) -> Subscribers:
        """Who listens to a topic."""
        found = self.subscribers.get(name)
        if found is None:
            found = self.subscribers[name] = Subscribers(self.watch, name)
        return found

    def hook_topic(self, topic: Topic) -> None:
        """Put hooks on a topic, which is new or was there before."""
        hooks = {"publish": _publishing(self, topic), "getListeners": _listing(self, topic)}
        self._hooked = [each for each in self._hooked if each[0]() is not None]
        self._hooked.append((weak_ref(topic), hooks))
        vars(topic).update(hooks)

    def told(self, topic: Topic, data: dict[str, Any]) -> Optional[Turns]:
        """Record a message; None where it is not recorded."""
        watch = self.watch
        if not watch.live or not watch.recorder.enabled:
            return None
        try:
            name = topic.getName()
            above: Optional[Topic] = topic
            announced = {}
            while above is not None:
                announced.update(self.of_topic(above.getName()).known)
                above = above.getParent()
            if not watch.has_room(len(announced)):
                return None
            payload = watch.payload((data,), {}) if data else 0
            dispatch = watch.emitted(watch.event_id(name), len(announced), payload, watch.cause())
            turns = Turns(watch, dispatch, announced, id, caught=self._caught, undone=_undone, kept=_kept)
            turns.by_library = True
            turns.look_again(data)
            return turns
        except Exception as error:
            watch.broke(error)
        return None

    def _notifySubscribe(self) -> Hook:
        def notifySubscribe(*args: Any, **kwargs: Any) -> Any:
            self._came(*args[:3])
            return self.bare("notifySubscribe")(*args, **kwargs)

        return notifySubscribe

    def _notifyUnsubscribe(self) -> Hook:
        return self._going("notifyUnsubscribe", "")

    def _notifyDeadListener(self) -> Hook:
        return self._going("notifyDeadListener", FREED)

    def _notifyNewTopic(self) -> Hook:
        def notifyNewTopic(*args: Any, **kwargs: Any) -> Any:
            try:
                self.hook_topic(args[0])
            except Exception as error:
                self.watch.broke(error)
            return self.bare("notifyNewTopic")(*args, **kwargs)

        return notifyNewTopic

    def _caught(self, _: FrameType) -> Optional[BaseException]:
        error: Optional[BaseException] = getattr(self.sending, "error", None)
        self.sending.error = None
        return error

    def _came(self, listener: Any, topic: Topic, is_new: bool) -> None:
        try:
            handler = listener.getCallable()
            if is_new and handler is not None:
                subscribers = self.of_topic(topic.getName())
                subscribers.came(id(listener), subscribers.described(handler, place_outside(self._files), weak=True))
        except Exception as error:
            self.watch.broke(error)

    def _going(self, name: str, why: str) -> Hook:
        is_finalizing = sys.is_finalizing

        def notify(*args: Any, **kwargs: Any) -> Any:
            try:
                if is_finalizing():  # nothing of any module is there any more
                    return self.bare(name)(*args, **kwargs)
                self.of_topic(args[1].getName()).went(id(args[0]), why)
            except Exception as error:
                self.watch.broke(error)
            return self.bare(name)(*args, **kwargs)

        return notify


def _publishing(hooks: TopicTreeHooks, topic: Topic) -> Hook:
    itself = weak_ref(topic)
    bare = Topic.publish

    def publish(**data: Any) -> Any:
        topic = itself()
        turns = hooks.told(topic, data)
        if turns is None:
            return bare(topic, **data)
        sending = hooks.sending
        before = getattr(sending, "turns", None)
        sending.turns = turns
        refused = ""
        try:
            return bare(topic, **data)
        except BaseException as error:
            turns.failed(error)
            refused = f"PyPubSub did not deliver the message: {type(error).__name__}"
            raise
        finally:
            sending.turns, sending.error = before, None
            turns.over(lambda _: refused or "it was unsubscribed or freed before its turn")

    return in_the_place_of(Topic.publish, "__sendMessage", publish)  # type: ignore[no-any-return]


def _listing(hooks: TopicTreeHooks, topic: Topic) -> Hook:
    itself = weak_ref(topic)
    bare = Topic.getListeners

    def getListeners() -> Any:
        found: Iterator[Any] = bare(itself())
        turns = getattr(hooks.sending, "turns", None)
        # A program may ask for them too, also in a listener.
        if turns is None or sys._getframe(1).f_code is not _SENDS.__code__:
            return found
        return turns.of(found)

    return getListeners


def _asked_for_errors(kind: type, sending: Any) -> type:
    """The class of a tree's settings, which hears when PyPubSub's loop asks who takes the error that it has caught."""

    def asked(settings: Any) -> Any:
        error = sys.exc_info()[1]
        steps = _TRACEBACK.__get__(error) if error is not None else None
        if steps is not None and steps.tb_frame.f_code is _SENDS.__code__:
            sending.error = error
        return vars(settings)["listenerExcHandler"]

    def put(settings: Any, handler: Any) -> None:
        vars(settings)["listenerExcHandler"] = handler

    told = {"listenerExcHandler": property(asked, put), _OURS: True, "__module__": kind.__module__}
    return type(kind.__name__, (kind,), told)


def _undone(name: HandlerName) -> str:
    if not name.is_async:
        return ""
    return f"{name.text} is a coroutine function, and PyPubSub awaits none: its body never ran"


def _kept(_: FrameType) -> str:
    """PyPubSub catches what a listener raises only where the program has set a handler for it."""
    return HANDED


def _notifications_of(emitter: Any) -> Any:
    return member(member(emitter, "_TopicManager__treeConfig"), "notificationMgr")


HOOKS: type[Hooks] = TopicTreeHooks
