"""Beyond the budget payloads are left out first, then more and more dispatches; and everything comes back."""

from __future__ import annotations

import pytest

from buslens.stream.budget import MOST, Budget

SECOND = 1_000_000_000


def looked(budget: Budget, shares: list[float], seconds: float = 0.1) -> list[str]:
    """What it says where being watched takes these shares, for so long each."""
    said, own, cpu = [], budget._own_ns, budget._cpu_ns
    for share in shares:
        cpu += int(seconds * SECOND)
        own += int(share * seconds * SECOND)
        said.append(budget.look(own, cpu))
    return said


def test_within_its_budget_nothing_is_left_out() -> None:
    budget = Budget(0.05)
    assert looked(budget, [0.0, 0.05, 0.01]) == ["", "", ""]
    assert (budget.step, budget.one_in) == (0, 1)


def test_payloads_are_left_out_first_and_then_dispatches() -> None:
    budget = Budget(0.05)
    said = looked(budget, [0.2, 0.1, 0.08])
    took = "buslens took about 20.0% of this program's processor time, and may take 5.0%"
    assert said[0] == f"{took}: from here on payloads are left out"
    assert said[1].endswith("from here on one dispatch in 2 is recorded, without payloads")
    assert said[2].endswith("from here on one dispatch in 4 is recorded, without payloads")
    assert budget.one_in == 4


def test_far_below_its_budget_everything_comes_back_step_by_step_and_ever_later() -> None:
    budget = Budget(0.1)
    looked(budget, [0.5, 0.5])
    said = [each for each in looked(budget, [0.01] * 40) if each]
    assert [each.rpartition(": ")[2] for each in said] == [
        "from here on payloads are left out",
        "from here on everything is recorded again",
    ]
    looked(budget, [0.5])
    assert budget.step == 1
    assert not any(looked(budget, [0.01] * 12)), "it waits longer than the time before"


def test_between_the_budget_and_a_part_of_it_nothing_changes() -> None:
    budget = Budget(0.1)
    looked(budget, [0.5])
    assert not any(looked(budget, [0.05] * 100))


def test_where_nothing_more_can_be_left_out_that_is_said_once() -> None:
    budget = Budget(0.01)
    said = looked(budget, [0.9] * 40)
    assert budget.step == MOST
    assert [each for each in said if "no more" in each] == [
        "buslens took about 90.0% of this program's processor time, and may take 1.0%: there is no more to leave out"
    ]


def test_too_short_a_time_says_nothing() -> None:
    budget = Budget(0.05)
    assert not any(looked(budget, [1.0] * 4, seconds=0.01))


@pytest.mark.parametrize("share", [0, -1, 1.5])
def test_no_share_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="budget"):
        Budget(share)
