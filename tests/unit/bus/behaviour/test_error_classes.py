"""Types of exceptions by name."""

from __future__ import annotations

from bus.behaviour.error_classes import ErrorClasses


def test_a_name_is_one_type_that_says_nothing_of_where_we_made_it() -> None:
    classes = ErrorClasses()
    broken = classes.named("Broken")
    assert classes.named("Broken") is broken
    assert (broken.__name__, broken.__module__, issubclass(broken, Exception)) == ("Broken", "__main__", True)
    assert classes.named("Other") is not broken
