"""How long something takes, as a person writes it."""

from __future__ import annotations

import random
from statistics import mean, median

import pytest

from bus.scenario.distribution import LONGEST_NS, parse, parse_time, quantiles, scaled

MS = 1_000_000


def drawn(text: str, count: int = 4000) -> list[int]:
    rng = random.Random(1)
    distribution = parse(text)
    return [distribution.sample(rng) for _ in range(count)]


def test_a_plain_time_is_always_the_same() -> None:
    assert set(drawn("20ms", 10)) == {20 * MS}


@pytest.mark.parametrize(
    ("text", "ns"),
    [("5ns", 5), ("3us", 3_000), ("3µs", 3_000), ("1.5ms", 1_500_000), ("2s", 2_000 * MS), ("1min", 60_000 * MS)],
)
def test_units(text: str, ns: int) -> None:
    assert parse_time(text) == ns


def test_a_normal_spread_never_goes_below_zero() -> None:
    times = drawn("2ms +- 5ms")
    assert min(times) == 0
    assert mean(drawn("20ms +- 5ms")) == pytest.approx(20 * MS, rel=0.03)


def test_a_range_stays_inside_its_ends() -> None:
    times = drawn("10ms..20ms")
    assert 10 * MS <= min(times) < 11 * MS
    assert 19 * MS < max(times) <= 20 * MS


def test_exponential_and_lognormal_have_the_mean_and_the_median_that_was_asked_for() -> None:
    assert mean(drawn("exponential 20ms")) == pytest.approx(20 * MS, rel=0.1)
    assert median(drawn("lognormal 20ms 0.5")) == pytest.approx(20 * MS, rel=0.1)
    assert max(drawn("lognormal 1min 1000")) <= LONGEST_NS


@pytest.mark.parametrize(
    ("text", "middle_ns"),
    [("5us", 5_000), ("0us..4us", 2_000), ("exponential 3us", 3_000), ("quantiles 0%=1us 100%=3us", 2_000)],
)
def test_how_long_a_spread_is_about(text: str, middle_ns: int) -> None:
    assert parse(text).middle_ns == middle_ns


def test_for_ever_has_no_length() -> None:
    assert parse("forever").is_forever
    with pytest.raises(ValueError, match="no length"):
        parse("forever").sample(random.Random(1))


def test_the_same_seed_draws_the_same_times() -> None:
    assert drawn("exponential 3s", 20) == drawn("exponential 3s", 20)


@pytest.mark.parametrize("text", ["", "20", "20 parsecs", "-5ms", "20ms..10ms", "9999999min", "1e9s", "20ms +-", "ms"])
def test_anything_else_is_refused_with_what_was_expected(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected|ends before"):
        parse(text)


def test_quantiles_are_drawn_as_measured() -> None:
    times = sorted(drawn("quantiles 0%=1ms 50%=2ms 99%=10ms 100%=50ms"))
    assert MS <= times[0]
    assert times[-1] <= 50 * MS
    assert times[len(times) // 2] == pytest.approx(2 * MS, rel=0.1)
    assert 8 * MS < times[int(len(times) * 0.98)] < 11 * MS


def test_quantiles_are_written_as_they_are_read() -> None:
    text = quantiles([(0, 5), (50, 2_000), (99.9, 3 * MS), (100, 4_000 * MS)])
    assert text == "quantiles 0%=5ns 50%=2us 99.9%=3ms 100%=4s"
    assert parse(text).times_ns == (5, 2_000, 3 * MS, 4_000 * MS)


@pytest.mark.parametrize(
    "text",
    ["quantiles", "quantiles 0%=1ms", "quantiles 0%=1ms 99%=2ms", "quantiles 0%=2ms 100%=1ms",
     "quantiles 0%=1ms 50%=2ms 50%=2ms 100%=3ms", "quantiles 0%=1ms 100%=2", "quantiles " + "0%=1ms " * 300],
)  # fmt: skip
def test_quantiles_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        parse(text)


@pytest.mark.parametrize(
    ("text", "twice"),
    [
        ("20ms", "40ms"),
        ("20ms +- 5ms", "40ms +- 10ms"),
        ("1ms..1.5s", "2ms..3s"),
        ("exponential 3us", "exponential 6us"),
        ("lognormal 20ms 0.5", "lognormal 40ms 0.5"),
        ("quantiles 0%=1ms 50.5%=2ms 100%=9ms", "quantiles 0%=2ms 50.5%=4ms 100%=18ms"),
        ("forever", "forever"),
    ],
)
def test_a_spread_is_scaled_with_its_shape(text: str, twice: str) -> None:
    assert scaled(text, 2) == twice
    parse(scaled(text, 1e30))


@pytest.mark.parametrize("digits", [20, 400, 5_000])
def test_a_time_of_however_many_digits_is_refused_in_words(digits: int) -> None:
    with pytest.raises(ValueError, match="at most a year"):
        parse("9" * digits + "s")
