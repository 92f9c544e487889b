"""What each word for a number means: one sentence each, for the documentation, the schema, tips and the command line.

How they are counted is in bus/trace/fates.py (events), bus/trace/pairs.py (events and handlers) and numbers.py.
An event that a bus emits by itself (pyee's `error`, `new_listener`) is an event like any other, everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

EVENTS = "events"
PAIRS = "pairs"
"""Of an event and a handler that it was for."""

CALLS = "calls"


@dataclass(frozen=True, slots=True)
class Word:
    """What one of the numbers counts, and what it means."""

    counts: str
    """EVENTS, PAIRS or CALLS. Where a handler is named, EVENTS counts what it made of those that were for it."""

    means: str
    title: str = ""
    """Over a column, where that is not the word itself."""


WORDS: dict[str, Word] = {
    "emitted": Word(EVENTS, "put on the bus; handled + retried + kept + open + dead + lost"),
    "handled": Word(EVENTS, "handled well by all their handlers, each at its first attempt"),
    "retried": Word(EVENTS, "handled well by all their handlers in the end, after a failure or a consumer's death"),
    "kept": Word(EVENTS, "a broker keeps them, and nobody listens yet"),
    "open": Word(EVENTS, "wait for one of their handlers, or it has not ended"),
    "dead": Word(EVENTS, "one of their handlers gave up, and a dead letter keeps them"),
    "lost": Word(EVENTS, "one of their handlers, or all, will never have handled them, and no dead letter keeps them"),
    "dropped": Word(EVENTS, "another word for lost, in expectations: the same number"),
    "delivered": Word(PAIRS, "an event and a handler that was called for it, at least once"),
    "twice": Word(PAIRS, "handled well more than once; counted once for each time too many"),
    "out_of_order": Word(
        PAIRS,
        "handled well only after the same handler had handled an event that was emitted later; "
        "a call inside another one of the same handler ends with that",
        "out of order",
    ),
    "skipped": Word(PAIRS, "announced, and never called because an earlier handler raised"),
    "calls": Word(CALLS, "began, retries and redeliveries included"),
    "ok": Word(CALLS, "ended well"),
    "failed": Word(CALLS, "ended with an error, or timed out"),
    "never_ran": Word(
        CALLS, "called a handler whose body never ran, such as a coroutine that nobody awaited", "never ran"
    ),
}
"""The order is that of tables. An event counts under the worst that became of it: the later of handled to lost."""


def title(word: str) -> str:
    """As it stands over a column."""
    return WORDS[word].title or word


def tip(word: str) -> str:
    """What a number means, in one sentence."""
    of = {EVENTS: "Events", PAIRS: "Pairs of an event and a handler", CALLS: "Calls"}[WORDS[word].counts]
    return f"{of}: {WORDS[word].means}"
