"""The pass that the demo names at its start: kept while it opens, booked anew after, refused in words."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from demo.central import Central
from demo.pass_for_now import pass_for_now
from demo.processes import DemoFailed
from demo.story import HALL_A, OTHER

NOW = datetime(2026, 11, 24, 10, 0, 30, tzinfo=UTC)
TAKEN = httpx.Response(409, json={"code": "taken", "detail": "The hall is taken at that time."})


class FewHalls(Central):
    """Central with two halls, each let once at a time; its pages are what the demo looks for in them."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:9")
        self.orders: dict[str, dict[str, Any]] = {}
        self.taken: set[int] = set()
        self.revoked: set[str] = set()

    def get(self, path: str, **_: Any) -> Any:  # noqa: ANN401 - JSON
        if path == "halls":
            return [{"name": name, "id": number} for number, name in enumerate((HALL_A, OTHER))]
        return self.orders[path.removeprefix("orders/")]

    def page(self, path: str) -> bytes:
        name = path.rpartition("/")[2]
        if path.startswith("/orders/"):
            return f'<a href="/pass/{name}">'.encode()
        return b"" if name in self.revoked else b"pass.png"

    def book(self, hall: int, start: datetime, end: datetime) -> dict[str, Any]:
        if hall in self.taken:
            return dict(self._answer(TAKEN))
        self.taken.add(hall)
        one = {"state": "confirmed", "starts_at": start.isoformat(), "ends_at": end.isoformat()}
        link = f"link-{len(self.orders)}"
        self.orders[link] = {"link": link, "reservations": [{"reference": "R", **one}]}
        return self.orders[link]


@pytest.fixture
def central() -> Iterator[FewHalls]:
    made = FewHalls()
    yield made
    made.close()


def test_a_second_start_names_the_same_pass_and_one_after_its_time_a_new_one(
    central: FewHalls, tmp_path: Path
) -> None:
    said: list[str] = []
    kept = tmp_path / "kept"
    assert pass_for_now(central, kept, NOW, said.append) == "/pass/link-0"
    assert kept.stat().st_mode & 0o777 == 0o600
    soon, later = NOW + timedelta(minutes=119), NOW + timedelta(hours=2)
    assert pass_for_now(central, kept, soon, said.append) == "/pass/link-0"
    central.taken.clear()
    assert pass_for_now(central, kept, later, said.append) == "/pass/link-1"
    assert said == []


@pytest.mark.parametrize("change", ["moved", "cancelled", "revoked"])
def test_a_pass_that_no_longer_opens_is_not_named_again(
    central: FewHalls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    monkeypatch.setattr("demo.pass_for_now._SIGNED_LONG_AGO", 0.05)
    kept = tmp_path / "kept"
    pass_for_now(central, kept, NOW, print)
    (one,) = central.orders["link-0"]["reservations"]
    match change:
        case "moved":
            one |= {"starts_at": "2026-11-26T10:00:00Z", "ends_at": "2026-11-26T12:00:00Z"}
        case "cancelled":
            one["state"] = "cancelled"
        case _:
            central.revoked.add("link-0")
    assert pass_for_now(central, kept, NOW, print) == "/pass/link-1", "of the other hall"


def test_where_both_halls_are_taken_it_says_so_in_words(central: FewHalls, tmp_path: Path) -> None:
    said: list[str] = []
    central.taken = {0, 1}
    assert pass_for_now(central, tmp_path / "kept", NOW, said.append) is None
    assert said == [
        f"{HALL_A} could not be booked for now; central says: The hall is taken at that time.",
        f"{OTHER} could not be booked for now; central says: The hall is taken at that time.",
        "There is no pass for now. Book a hall for later: the doors then offer its pass.",
    ]


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (TAKEN, "central says: The hall is taken at that time."),
        (httpx.Response(502, text="<html>"), "central refuses: 502 <html>"),
        (httpx.Response(500, json=[]), r"central refuses: 500 \[\]"),
    ],
)
def test_a_refusal_of_central_is_told_in_its_own_words(answer: httpx.Response, says: str) -> None:
    with pytest.raises(DemoFailed, match=f"^{says}$"):
        Central._answer(answer)
