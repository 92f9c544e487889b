"""Every question has an id that the command line can take, and says what it asks."""

from __future__ import annotations

from bus.analysis.why import QUESTIONS


def test_ids_are_unique_words() -> None:
    ids = [question.id for question in QUESTIONS]
    assert len(set(ids)) == len(ids)
    assert all(each.replace("-", "").isalpha() for each in ids)
    assert all(question.about and question.about[0].islower() for question in QUESTIONS)
