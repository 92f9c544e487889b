"""Each number has one meaning, in one sentence that stands in a tip, a table and the schema alike."""

from __future__ import annotations

import re

import pytest

from bus.number_words import CALLS, EVENTS, PAIRS, WORDS, tip, title


def test_what_was_emitted_is_the_sum_of_words_that_count_events() -> None:
    parts = re.findall(r"\w+", WORDS["emitted"].means.partition("; ")[2])
    assert len(parts) == len(set(parts)) == 6
    assert {WORDS[part].counts for part in parts} == {EVENTS}


def test_in_a_table_the_parts_follow_in_the_order_in_which_they_are_summed() -> None:
    parts = re.findall(r"\w+", WORDS["emitted"].means.partition("; ")[2])
    assert [word for word in WORDS if word in parts] == parts


@pytest.mark.parametrize("word", WORDS)
def test_a_tip_says_what_is_counted_and_is_one_sentence(word: str) -> None:
    begins = {EVENTS: "Events: ", PAIRS: "Pairs of an event and a handler: ", CALLS: "Calls: "}
    assert tip(word) == begins[WORDS[word].counts] + WORDS[word].means
    assert not WORDS[word].means.endswith(".")
    assert ". " not in WORDS[word].means


def test_a_column_has_words_and_no_identifier_over_it() -> None:
    titles = [title(word) for word in WORDS]
    assert len(set(titles)) == len(WORDS)
    assert not any("_" in each for each in titles)
