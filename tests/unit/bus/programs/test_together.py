"""Several captures as one."""

from __future__ import annotations

from pathlib import Path

import pytest

from bus.errors import UserError
from bus.programs.together import together
from tests.unit.bus.programs.played import Played, S, events


def written(folder: Path, name: str, played: Played) -> Path:
    path = folder / name
    path.write_bytes(played.recorder.take())
    return path


def played(wall_ns: int, *seconds: int, engine: str = "", pid: int = 1) -> Played:
    made = Played("shop.py", pid, wall_ns=wall_ns)
    if engine:
        made.recorder.header = made.recorder.header._replace(extra={"engine": engine})
    for number, second in enumerate(seconds):
        made.emit("a", {"n": number}, at=second * S)
    return made


def times(paths: list[Path]) -> list[float]:
    return [time / S for _, time in events(together(paths).trace)]


def test_captures_of_two_days_follow_each_other_without_the_night(tmp_path: Path) -> None:
    paths = [written(tmp_path, "tuesday", played(90_000 * S, 1, 2)), written(tmp_path, "monday", played(0, 5, 6, 8))]
    assert times(paths) == pytest.approx([0, 1, 3, 3.001, 4.001])
    found = together(paths)
    assert (found.title, found.at_one_time) == ("tuesday, monday", 0)
    assert len(found.trace.names.text(int(found.trace.dispatches.event[0]))) == 1
    assert len(set(found.trace.dispatches.id.tolist())) == 5


def test_captures_of_one_time_lie_beside_each_other(tmp_path: Path) -> None:
    paths = [written(tmp_path, "web", played(0, 1, 5)), written(tmp_path, "worker", played(0, 2, 3, pid=2))]
    assert times(paths) == pytest.approx([0, 1, 2, 4])
    assert together(paths).at_one_time == 2


def test_runs_of_scenarios_have_clocks_of_their_own(tmp_path: Path) -> None:
    paths = [written(tmp_path, str(seed), played(seed, 0, 100, engine="pyee")) for seed in (1, 2)]
    assert times(paths) == pytest.approx([0, 100, 100.001, 200.001])


def test_a_joined_capture_can_be_joined_again(tmp_path: Path) -> None:
    first = together([written(tmp_path, "a", played(0, 1)), written(tmp_path, "b", played(900 * S, 1))]).trace
    both = tmp_path / "both"
    both.write_bytes(first.raw.read(0, first.whole))
    trace = together([both, written(tmp_path, "c", played(9_000 * S, 1, 2))]).trace
    assert len(set(trace.dispatches.id.tolist())) == len(trace.dispatches.id) == 4
    assert (trace.dispatches.rows_of(trace.calls.dispatch) >= 0).all()


def test_captures_that_do_not_go_together_are_refused(tmp_path: Path) -> None:
    pyee, sqlite = (written(tmp_path, each, played(0, 1, engine=each)) for each in ("pyee", "sqlite"))
    with pytest.raises(UserError, match="pyee is of pyee, sqlite of sqlite"):
        together([pyee, sqlite])
    with pytest.raises(UserError, match="101 captures are too many"):
        together([pyee] * 101)
    sqlite.write_bytes(sqlite.read_bytes()[:-3] + b"xyz")
    with pytest.raises(UserError, match="cannot be put together with others"):
        together([pyee, sqlite])


def test_a_capture_does_not_count_twice(tmp_path: Path) -> None:
    once, other = (written(tmp_path, each, played(0, 1)) for each in ("once", "other"))
    (tmp_path / "again").symlink_to(once)
    with pytest.raises(UserError, match="once is given more than once"):
        together([once, other, tmp_path / "again"])


def named(folder: Path, name: str, wall_ns: int, event: str) -> Path:
    made = Played(name, 1, wall_ns=wall_ns)
    made.emit(event, {"n": 1}, at=1 * S)
    return written(folder, f"{name}-{wall_ns}", made)


def test_captures_of_programs_without_a_common_event_are_refused(tmp_path: Path) -> None:
    shop, mail = named(tmp_path, "shop.py", 0, "order.placed"), named(tmp_path, "mail.py", 900 * S, "mail.sent")
    with pytest.raises(UserError, match=r"shop\.py-0 has no event that the other captures have \(a model is of one"):
        together([shop, mail])
    beside = named(tmp_path, "post.py", 0, "mail.sent")
    assert together([shop, beside]).programs == ("shop.py", "post.py"), "what ran at one time may be one program"


def test_the_names_of_what_recorded_them_are_known(tmp_path: Path) -> None:
    paths = [named(tmp_path, "shop.py", 0, "a"), named(tmp_path, "shop.py", 900 * S, "a")]
    assert together(paths).programs == ("shop.py",)
    assert together([*paths, named(tmp_path, "other.py", 9_000 * S, "a")]).programs == ("shop.py", "other.py")
