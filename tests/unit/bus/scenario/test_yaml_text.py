"""Where pieces of a text begin and end."""

from __future__ import annotations

from bus.scenario import tree
from bus.scenario.yaml_text import YamlText

TEXT = "a: 1  # one\n\n# about b\nb:\n  - x\n  - |\n    long\n\n# end\n"


def test_a_node_ends_before_the_comments_behind_it() -> None:
    root = tree.composed(TEXT)
    layout = YamlText(TEXT)
    ends = [TEXT[: layout.end_of(value, key)][-4:] for key, value in root.value]
    assert ends == ["a: 1", "long"]


def test_changes_are_made_together_and_contradictions_give_nothing() -> None:
    layout = YamlText("abc")
    layout.splice(2, 3, "C")
    layout.splice(0, 1, "A")
    assert layout.spliced() == "AbC"
    layout.splice(0, 2, "x")
    assert layout.spliced() == ""
