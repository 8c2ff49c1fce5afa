"""The benchmark measures what is asked, says what it could not, and fails when a target is missed."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from bench import journalling, photos, subjects, verifying
from bench.__main__ import app
from bench.options import DoesNotWork, Options, Unmeasurable
from bench.row import Row, at_least, at_most, inform, more_than
from bench.table import table
from bench.timing import medians, processor
from tests.edge.drivers.a_reader import DATA, drawn, needs_photos

FIELDS = {"name", "value", "unit", "reference", "target", "ok"}


def subject(*rows: Row, error: Exception | None = None) -> SimpleNamespace:
    def measure(_: Options) -> Iterator[Row]:
        if error:
            raise error
        yield from rows

    return SimpleNamespace(NAMES=tuple(row.name for row in rows) or ("absent",), rows=measure)


def bench(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *measured: SimpleNamespace, ask: str = ""
) -> tuple[int, str, list[dict[str, object]]]:
    """Return exit code, output and the rows of the file."""
    monkeypatch.setattr(subjects, "SUBJECTS", measured)
    file = tmp_path / "bench.json"
    result = CliRunner().invoke(app, [*ask.split(), "--output", str(file)])
    rows = json.loads(file.read_text())["rows"] if file.exists() else []
    return result.exit_code, result.output, rows


@pytest.mark.parametrize(
    ("row", "ok"),
    [
        (at_most("a", 2.0, "x", 2), True),
        (at_most("a", 2.1, "x", 2), False),
        (at_least("a", 0.5, "x", 0.5), True),
        (at_least("a", 0.4, "x", 0.5), False),
        (more_than("a", 171, "of 179", 166), True),
        (more_than("a", 166, "of 179", 166), False),
        (inform("a", 1, "ms"), None),
    ],
)
def test_a_row_is_ok_when_it_meets_its_target(row: Row, ok: object) -> None:
    assert row.ok is ok
    assert set(row.as_json()) == FIELDS


def test_all_met_ends_with_0_and_writes_every_row(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first, second = subject(at_most("a.ratio", 1.5, "x", 2)), subject(inform("b.time", 3, "ms"))
    code, output, rows = bench(monkeypatch, tmp_path, first, second)
    assert code == 0
    assert [row["name"] for row in rows] == ["a.ratio", "b.time"]
    assert all(set(row) == FIELDS for row in rows)
    assert "a.ratio    1.5  x                <= 2    ok" in output


def test_a_missed_target_ends_with_1_after_everything_was_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    slow, fine = subject(at_most("a.ratio", 3, "x", 2)), subject(inform("b.time", 3, "ms"))
    code, output, rows = bench(monkeypatch, tmp_path, slow, fine)
    assert code == 1
    assert len(rows) == 2
    assert "NOT OK" in output
    assert "not ok: a.ratio" in output


def test_a_filter_measures_only_what_it_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    two = subject(inform("a.ratio", 1, "x"), inform("a.time", 1, "ms"))
    other = subject(inform("b.ratio", 1, "x"))
    other.rows = None  # would raise if it were asked
    code, _, rows = bench(monkeypatch, tmp_path, two, other, ask="a.time")
    assert code == 0
    assert [row["name"] for row in rows] == ["a.time"]


def test_a_filter_that_names_nothing_is_no_success(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    code, output, _ = bench(monkeypatch, tmp_path, subject(inform("a", 1, "x")), ask="typo")
    assert code == 1
    assert "nothing is called typo" in output


def test_what_cannot_be_measured_here_is_said_and_the_rest_is_measured(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    absent = subject(error=Unmeasurable("no photos"))
    code, output, rows = bench(monkeypatch, tmp_path, absent, subject(inform("b", 1, "x")))
    assert code == 0
    assert "not measured: no photos" in output
    assert [row["name"] for row in rows] == ["b"]


def test_what_does_not_work_is_not_ok_and_the_rest_is_measured(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    dead = subject(error=DoesNotWork("the unit did not start"))
    dead.NAMES = ("a.start", "a.memory")
    code, output, rows = bench(monkeypatch, tmp_path, dead, subject(inform("b", 1, "x")))
    assert code == 1
    assert "DOES NOT WORK: the unit did not start" in output
    assert "not ok: a.start, a.memory" in output
    assert [row["name"] for row in rows] == ["a.start", "a.memory", "b"]


def test_a_folder_of_photos_that_is_not_there_is_no_success() -> None:
    result = CliRunner().invoke(app, ["--photos", "nowhere"])
    assert result.exit_code == 1
    assert "there is no folder nowhere" in result.output


def test_columns_line_up() -> None:
    lines = table([inform("long.name.of.a.row", 1234, "us"), inform("b", 0.1234, "x")]).splitlines()
    assert lines[1] == "long.name.of.a.row   1234  us"
    assert lines[2] == "b                   0.123  x"


def test_two_ways_are_timed_in_turn() -> None:
    order: list[str] = []
    medians(lambda: order.append("a"), lambda: order.append("b"), rounds=3, clock=processor)
    assert order == ["a", "b"] * 4  # once to warm up


@pytest.mark.parametrize("measured", [verifying, journalling])
def test_a_subject_gives_the_rows_it_names(tmp_path: Path, measured: subjects.Subject) -> None:
    rows = list(measured.rows(Options(None, tmp_path)))
    assert [row.name for row in rows] == list(measured.NAMES)
    assert all(row.value and row.value > 0 for row in rows)


@needs_photos
def test_photos_give_their_rows_and_nothing_is_read_where_no_code_is(tmp_path: Path) -> None:
    chosen = tmp_path / "qr-photos"
    shutil.copytree(DATA / "qr-photos" / "qrcode-1", chosen)
    shutil.copytree(DATA / "non-qr-photos", tmp_path / "non-qr-photos")
    rows = {row.name: row for row in photos.rows(Options(chosen, tmp_path))}
    assert set(rows) == set(photos.NAMES)
    assert rows["decode.photos"].value == rows["decode.photos.zxing_cpp"].value == 20
    assert rows["decode.photos"].ok is False  # on these twenty nobody is better
    assert rows["decode.false_reads"].ok


def test_a_text_that_is_read_wrongly_does_not_count_as_exact(tmp_path: Path) -> None:
    for name, truth in (("right", "hello"), ("wrong", "something else")):
        (tmp_path / f"{name}.png").write_bytes(drawn("hello"))
        (tmp_path / f"{name}.txt").write_text(truth)
    rows = {row.name: row for row in photos.rows(Options(tmp_path, tmp_path))}
    assert rows["decode.photos"].value == 2
    assert rows["decode.photos_exact"].value == 1
    assert "decode.false_reads" not in rows
