"""What a person trusts is every letter of every file that a scenario is made of."""

from __future__ import annotations

import hashlib

from bus.scenario.texts import ScenarioTexts, texts_from


def test_a_scenario_in_one_file_is_trusted_by_its_text_as_it_always_was() -> None:
    assert ScenarioTexts("buslens: 1\n").content_hash == hashlib.sha256(b"buslens: 1\n").hexdigest()


def test_what_is_trusted_changes_with_each_included_file_its_name_and_the_place_of_a_border() -> None:
    one = ScenarioTexts("a", {"b.yaml": "b", "c.yaml": "c"})
    others = [
        ScenarioTexts("a"),
        ScenarioTexts("a", {"b.yaml": "b", "c.yaml": "other"}),
        ScenarioTexts("a", {"b.yaml": "b", "d.yaml": "c"}),
        ScenarioTexts("a", {"b.yaml": "bc", "c.yaml": ""}),
        ScenarioTexts("ab", {"b.yaml": "", "c.yaml": "c"}),
    ]
    assert len({each.content_hash for each in (one, *others)}) == 6
    assert ScenarioTexts("a", {"c.yaml": "c", "b.yaml": "b"}).content_hash == one.content_hash


def test_another_process_is_handed_the_same() -> None:
    texts = ScenarioTexts("a", {"b.yaml": "b"})
    assert texts_from(texts.as_json()) == texts


def test_a_person_reads_all_files_that_are_to_be_trusted() -> None:
    assert ScenarioTexts("a\n").as_one("shop.yaml") == "a\n"
    whole = ScenarioTexts("a\n", {"b.yaml": "code\n"}).as_one("shop.yaml")
    assert whole == "# === shop.yaml\na\n\n# === b.yaml, which it includes\ncode\n"
