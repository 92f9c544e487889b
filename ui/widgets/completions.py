"""What the search line proposes for the word before the caret: fields first, then the names that the capture knows.

A name is proposed with its field, whether or not the person has thought of the field.
"""

from __future__ import annotations

from bus.find import rows
from bus.find.filter_quote import quote
from bus.trace.names import Names
from buslens.records import NameKind
from ui.filter_state import split_terms

_MAX_PROPOSALS = 30
_LEAST_LETTERS = 2
"""Of a word without a field: one letter is in every name."""

_NAMED_FIELDS = {
    "event": NameKind.EVENT,
    "bus": NameKind.BUS,
    "handler": NameKind.HANDLER,
    "lane": NameKind.LANE,
}


def word_at(before: str) -> str:
    """The unfinished word that ends at the caret."""
    return "" if not before or before[-1].isspace() else split_terms(before)[-1]


def completions(names: Names, before: str) -> list[str]:
    """Whole words that could stand in place of the unfinished one, best first; a negation stays in front."""
    word = word_at(before)
    sign = word[:1] if word[:1] == "-" else ""
    bare = word[len(sign) :]
    field, colon, value = bare.partition(":")
    kind = _NAMED_FIELDS.get(field)
    if colon and kind is not None:
        found = [f"{field}:{name}" for name in _names_like(names, kind, value.strip('"'))]
    elif bare:
        found = [term for term in rows.COMPLETIONS if term.startswith(bare.lower())]
        if len(bare) >= _LEAST_LETTERS:
            found += [
                f"{field}:{name}" for field, kind in _NAMED_FIELDS.items() for name in _names_like(names, kind, bare)
            ]
    else:
        found = []
    return [sign + term for term in found if term != bare][:_MAX_PROPOSALS]


def _names_like(names: Names, kind: NameKind, part: str) -> list[str]:
    texts = sorted({names.text(name_id) for name_id in names.ids(kind)})
    part = part.lower()
    starts = [text for text in texts if text.lower().startswith(part)]
    holds = [text for text in texts if part in text.lower() and not text.lower().startswith(part)]
    return [quote(text) for text in (starts + holds)[:_MAX_PROPOSALS]]
