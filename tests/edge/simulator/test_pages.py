"""The page as a program meets it: who gets in, what is refused, what is said."""

import json
import re
import socket
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from edge.drivers.indicator import Scene
from edge.events import Input
from edge.simulator import acts, words
from edge.simulator.app import slug_of
from edge.simulator.bench import VirtualDoor
from edge.simulator.lamp import Colour
from edge.simulator.pictures import LARGEST_UPLOAD
from tests.edge.simulator.helpers import PATIENCE, ROOT, a_code
from tests.edge.simulator.serving import PassList, Served, serving, undo_all

JSON = {"Accept": "application/json"}
PLACEHOLDER = re.compile(r"{\w*}")


@pytest.fixture(scope="module")
def one_server() -> Iterator[Served]:
    with (
        tempfile.TemporaryDirectory(prefix="door-") as folder,
        VirtualDoor("feestzaal", Path(folder)) as door,
        serving(door) as it,
    ):
        yield it


@pytest.fixture
def served(one_server: Served) -> Served:
    undo_all(one_server.door)
    return one_server


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=PATIENCE, trust_env=False) as it:
        yield it


@pytest.fixture
def passes() -> Iterator[PassList]:
    listing = PassList()
    yield listing
    listing.close()


# --- who gets in ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil.example", "[", "", "192.168.1.5:80"],
)
def test_another_host_s_name_is_refused_so_that_a_website_cannot_rebind_it(
    served: Served, client: httpx.Client, host: str
) -> None:
    for answer in (
        client.get(served.page, headers={"Host": host}),
        client.post(f"{served.page}/act", data={"act": "force"}, headers={"Host": host}),
    ):
        assert answer.status_code == 421
    assert not served.door.state().leaf_open


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1234", "127.0.0.1:80", "[::1]:8000"])
def test_this_machine_s_names_are_welcome(served: Served, client: httpx.Client, host: str) -> None:
    assert client.get(served.page, headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "null"},
    ],
)
def test_another_website_s_page_cannot_act_on_the_door(
    served: Served, client: httpx.Client, headers: dict[str, str]
) -> None:
    assert client.post(f"{served.page}/act", data={"act": "force"}, headers=headers).is_error
    assert not served.door.state().leaf_open
    own = {"Sec-Fetch-Site": "same-origin", "Origin": served.origin}
    assert not client.post(f"{served.page}/act", data={"act": "force"}, headers=own).is_error
    assert served.door.state().leaf_open


def test_every_answer_carries_the_protecting_headers(served: Served, client: httpx.Client) -> None:
    for path in (served.origin, served.page, f"{served.page}/camera.jpg", f"{served.page}x"):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["permissions-policy"].startswith("camera=(self)")


# --- acts ----------------------------------------------------------------------------------------


def test_a_browser_without_script_is_sent_back_to_the_page_with_a_sentence(
    served: Served, client: httpx.Client
) -> None:
    answer = client.post(f"{served.page}/act?pass=x", data={"act": "push"})
    assert answer.status_code == 303
    assert answer.headers["location"].endswith("?said=locked&pass=x")
    shown = client.get(served.origin + answer.headers["location"])
    assert "De deur geeft niet mee: ze is op slot." in shown.text


@pytest.mark.parametrize("act", acts.ACTS)
def test_every_act_says_what_it_did_in_every_language(
    served: Served, client: httpx.Client, act: str
) -> None:
    sentences = set()
    for language in words.languages():
        answer = client.post(f"{served.page}/act?lang={language}", data={"act": act}, headers=JSON)
        assert answer.status_code == 200
        sentences.add(answer.json()["says"])
    assert len(sentences) == len(words.languages())


def test_acts_change_what_the_page_shows(served: Served, client: httpx.Client) -> None:
    for act in ("jam", "open_lid", "cover", "cut_mains", "fire", "key_cylinder", "push"):
        client.post(f"{served.page}/act", data={"act": act}, headers=JSON)
    view = client.get(f"{served.page}/state?lang=en").json()
    assert (
        view["marks"]
        | {
            "leaf": "open",
            "lock": "stuck",
            "lid": "open",
            "camera": "covered",
            "power": "reserve",
            "fire": "on",
            "held": "key_cylinder",
        }
        == view["marks"]
    )
    assert view["words"]["power"] == "No mains power: on reserve"
    assert {name: one["act"] for name, one in view["switches"].items()} == {
        "lock": "unjam",
        "lid": "shut_lid",
        "camera": "uncover",
        "mains": "restore_mains",
        "fire": "fire_end",
    }


def test_an_unknown_act_does_nothing(served: Served, client: httpx.Client) -> None:
    before = served.door.state()
    answer = client.post(f"{served.page}/act", data={"act": "__class__"}, headers=JSON)
    assert (answer.status_code, answer.json()["said"]) == (422, "unknown")
    assert served.door.state() == before


def test_what_an_address_claims_was_said_is_shown_only_if_it_is_one_of_our_sentences(
    served: Served, client: httpx.Client
) -> None:
    for claim in ("<b>bel 0900</b>", "opened.x", "../title"):
        page = client.get(served.page, params={"said": claim, "pass": '"><script>'})
        assert page.status_code == 200
        assert "bel 0900" not in page.text
        assert '<p class="said" role="status" id="said"></p>' in page.text
        assert "<script>" not in page.text


def test_a_door_s_name_is_text(run: Path, client: httpx.Client) -> None:
    with VirtualDoor('<b>"Zaal" & co</b>', run) as door, serving(door) as it:
        assert it.page.endswith("/doors/b-zaal-co-b")
        assert '<b>"Zaal"' not in client.get(it.page).text
        assert "&lt;b&gt;" in client.get(it.origin).text


def test_a_door_that_is_not_there_is_said_so_with_a_way_back(
    served: Served, client: httpx.Client
) -> None:
    answer = client.get(f"{served.origin}/doors/zolder?lang=fr")
    assert answer.status_code == 404
    assert "Il n’y a pas de porte de ce nom." in answer.text
    assert 'href="/"' in answer.text


# --- pictures ------------------------------------------------------------------------------------


def test_a_picture_can_be_held_up_by_form_and_by_program(
    served: Served, client: httpx.Client
) -> None:
    for request in (
        {"files": {"image": ("pass.png", a_code(), "image/png")}},
        {"content": a_code(), "headers": {"Content-Type": "image/png"}},
    ):
        answer = client.post(f"{served.page}/hold-up", **request)
        assert answer.headers["location"].endswith("said=held")
        assert served.door.state().holding
        client.post(f"{served.page}/act", data={"act": "take_away"})
        assert not served.door.state().holding


@pytest.mark.parametrize(
    "body",
    [
        b"GIF89a",
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 100,
        b"\xff\xd8\xff\xc0\x00\x0b\x08\xff\xff\xff\xff\x01",
    ],
)
def test_a_hostile_picture_is_refused_in_words(
    served: Served, client: httpx.Client, body: bytes
) -> None:
    headers = {"Content-Type": "image/png", **JSON}
    answer = client.post(f"{served.page}/hold-up?lang=en", content=body, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["says"].startswith("This is no PNG or JPEG")
    assert client.post(f"{served.page}/webcam", content=body, headers=headers).status_code == 422
    assert not served.door.state().holding


def test_no_picture_at_all_asks_for_one(served: Served, client: httpx.Client) -> None:
    for form in ({}, {"image": ""}, {"pass": ""}):
        answer = client.post(f"{served.page}/hold-up?lang=en", data=form, headers=JSON)
        assert answer.json()["says"] == "Choose a photo or picture first."


def test_a_body_that_is_too_large_is_refused_whether_it_says_so_or_not(
    served: Served, client: httpx.Client
) -> None:
    port = int(served.origin.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as says_so:
        head = (
            f"POST /doors/feestzaal/hold-up HTTP/1.1\r\nHost: localhost\r\nContent-Length: {10**9}"
        )
        says_so.sendall(f"{head}\r\n\r\n".encode())
        assert says_so.recv(100).startswith(b"HTTP/1.1 413 ")

    def chunks() -> Iterator[bytes]:
        for _ in range(LARGEST_UPLOAD // 1_000_000 + 2):
            yield b"\xff" * 1_000_000

    headers = {"Content-Type": "image/png"}
    answer = client.post(f"{served.page}/hold-up", content=chunks(), headers=headers)
    assert answer.status_code == 413


def test_a_broken_form_is_refused_and_the_door_stays_as_it_was(
    served: Served, client: httpx.Client
) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    before = served.door.state()
    for path in ("hold-up", "act"):
        answer = client.post(f"{served.page}/{path}", content=b"--x\r\nnonsense", headers=headers)
        assert 300 <= answer.status_code < 500
    two = [("image", ("a.png", a_code())), ("image", ("b.png", a_code()))]
    assert client.post(f"{served.page}/hold-up", files=two).status_code == 400
    assert served.door.state() == before


# --- passes on offer -----------------------------------------------------------------------------


def test_a_pass_on_offer_is_held_up_with_one_click(
    door: VirtualDoor, client: httpx.Client, passes: PassList
) -> None:
    with serving(door, f"{passes.origin}/passes") as it:
        page = client.get(it.page).text
        assert "Anna Peeters, zaterdag" in page
        value = f"{passes.origin}/pass.png"
        assert f'value="{value}"' in page
        answer = client.post(f"{it.page}/hold-up", data={"pass": value}, headers=JSON)
        assert answer.json()["said"] == "held"
        assert door.state().holding


def test_a_link_with_a_pass_offers_that_pass_first_but_holds_nothing_up_by_itself(
    door: VirtualDoor, client: httpx.Client, passes: PassList
) -> None:
    with serving(door, f"{passes.origin}/passes") as it:
        mine = f"{passes.origin}/pass/abc/pass.png"
        page = client.get(it.page, params={"pass": mine}).text
        assert page.index(f'value="{mine}"') < page.index("Anna Peeters")
        assert "Uw pas ligt klaar" in page
        assert not door.state().holding
        foreign = client.get(it.page, params={"pass": "http://evil.example/p.png"}).text
        assert "evil.example/p.png" not in re.sub(r'href="[^"]*"', "", foreign)


@pytest.mark.parametrize(
    "wanted",
    [
        "http://127.0.0.1:1/pass.png",
        "http://evil.example/pass.png",
        "file:///etc/passwd",
        "//evil.example/pass.png",
        "/pass.png",
        "http://[",
        "ftp://127.0.0.1/x",
    ],
)
def test_a_pass_is_never_fetched_from_elsewhere(
    door: VirtualDoor, client: httpx.Client, passes: PassList, wanted: str
) -> None:
    with serving(door, f"{passes.origin}/passes") as it:
        answer = client.post(f"{it.page}/hold-up", data={"pass": wanted}, headers=JSON)
        assert (answer.status_code, answer.json()["said"]) == (422, "no_pass")
        assert passes.asked == []


def test_a_pass_is_not_fetched_from_another_port_of_this_machine(
    door: VirtualDoor, client: httpx.Client, passes: PassList
) -> None:
    elsewhere = PassList()
    with serving(door, f"{passes.origin}/passes") as it:
        wanted = {"pass": f"{elsewhere.origin}/pass.png"}
        client.post(f"{it.page}/hold-up", data=wanted, headers=JSON)
        assert not door.state().holding
    elsewhere.close()
    assert elsewhere.asked == []


def test_a_redirect_is_not_followed(
    door: VirtualDoor, client: httpx.Client, passes: PassList
) -> None:
    with serving(door, f"{passes.origin}/passes") as it:
        wanted = {"pass": f"{passes.origin}/moved.png"}
        answer = client.post(f"{it.page}/hold-up", data=wanted, headers=JSON)
        assert answer.json()["said"] == "no_pass"
        assert passes.asked == ["/moved.png"]


@pytest.mark.parametrize(
    ("listed", "shown"),
    [
        ([], "Er is nog geen pas"),
        (b"<html>", "komt niet door"),
        ({"label": "x"}, "Er is nog geen pas"),
        ([7, {"label": 7, "png_url": "/x"}, {"label": "x"}], "Er is nog geen pas"),
        ([{"label": "x", "png_url": "http://evil.example/x.png"}], "Er is nog geen pas"),
        ([{"label": "<i>kwaad</i>", "png_url": "/x"}], "&lt;i&gt;kwaad&lt;/i&gt;"),
        (b"[" * 100_000, "komt niet door"),
    ],
)
def test_a_strange_list_of_passes_breaks_nothing(
    door: VirtualDoor, client: httpx.Client, passes: PassList, listed: object, shown: str
) -> None:
    passes.answer = listed
    with serving(door, f"{passes.origin}/passes") as it:
        page = client.get(it.page)
        assert page.status_code == 200
        assert shown in page.text
        assert shown in client.get(f"{it.page}/passes").text


def test_a_demo_that_is_down_leaves_the_rest_of_the_page_usable(
    door: VirtualDoor, client: httpx.Client, passes: PassList
) -> None:
    passes.close()
    with serving(door, f"{passes.origin}/passes") as it:
        assert "De lijst met passen komt niet door." in client.get(it.page).text


def test_a_pass_that_was_on_offer_is_held_up_also_when_central_is_stopped(
    door: VirtualDoor, client: httpx.Client, passes: PassList
) -> None:
    with serving(door, f"{passes.origin}/passes") as it:
        assert "Anna Peeters" in client.get(it.page).text
        passes.close()
        assert "Anna Peeters" in client.get(it.page).text
        wanted = {"pass": f"{passes.origin}/pass.png"}
        answer = client.post(f"{it.page}/hold-up", data=wanted, headers=JSON)
        assert answer.json()["said"] == "held"
        assert door.state().holding


# --- news ----------------------------------------------------------------------------------------


def test_an_open_page_is_told_what_moves_and_let_go_when_the_program_stops(
    door: VirtualDoor, client: httpx.Client
) -> None:
    with ExitStack() as stays_open:
        with serving(door) as it:
            request = client.stream("GET", f"{it.page}/live?lang=de")
            stream = stays_open.enter_context(request)
            assert stream.headers["content-type"].startswith("text/event-stream")
            lines = stream.iter_lines()
            first = json.loads(next(lines).removeprefix("data: "))
            assert first["words"]["state"] == "Zu und verriegelt"
            door.force()
            told = (line.removeprefix("data: ") for line in lines if line.startswith("data: "))
            assert json.loads(next(told))["marks"]["leaf"] == "open"
        assert door._listeners == {}


# --- words and looks -----------------------------------------------------------------------------


def test_a_door_that_was_broken_open_is_called_so_until_it_is_shut(
    served: Served, client: httpx.Client
) -> None:
    served.door.force()
    view = client.get(f"{served.page}/state?lang=en").json()
    assert view["words"]["state"] == "Alarm: the door was broken open"
    assert view["marks"]["broken"] == "open", "the style sheet makes it red"
    assert 'data-broken="open"' in client.get(served.page).text
    served.door.pull_shut()
    view = client.get(f"{served.page}/state?lang=en").json()
    assert (view["words"]["state"], view["marks"]["broken"]) == ("Closed and locked", "no")


def test_the_page_says_why_the_display_may_speak_another_language(
    served: Served, client: httpx.Client
) -> None:
    assert (
        "The display speaks the language of the building"
        in client.get(f"{served.page}?lang=en").text
    )


def test_every_language_has_the_same_texts_and_none_is_empty() -> None:
    languages = words.languages()
    assert next(iter(languages)) == "nl"
    assert languages.keys() == {"nl", "fr", "en", "de"}
    for one in languages.values():
        assert one.texts.keys() == languages["nl"].texts.keys()
        assert all(text.strip() for text in one.texts.values())
        assert not [text for text in one.texts.values() if PLACEHOLDER.search(text)]


def test_everything_that_can_be_seen_or_done_has_words() -> None:
    nl = words.languages()["nl"]
    wanted = [f"scene.{scene}" for scene in Scene]
    wanted += [f"lamp.{colour}" for colour in Colour]
    wanted += [f"hands.{hand}" for hand in (Input.REX, Input.KEY_CYLINDER, Input.PANIC_BAR)]
    assert [key for key in wanted if not nl.has(key)] == []


def test_no_text_is_left_over() -> None:
    folder = ROOT / "edge/simulator"
    sources = [*folder.glob("*.py"), *folder.glob("templates/*.html")]
    code = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    composed = ("scene.", "lamp.", "state.", "power.", "camera.", "said.", "trouble.", "hands.")
    texts = words.languages()["nl"].texts
    unused = [key for key in texts if not key.startswith(composed) and f'"{key}"' not in code]
    assert unused == []


@pytest.mark.parametrize(
    ("wish", "language"),
    [("fr-BE,fr;q=0.9", "fr"), ("tr,de;q=0.5", "de"), ("zh", "nl"), ("", "nl"), (";;,,", "nl")],
)
def test_the_browser_s_language_is_spoken_if_we_know_it(
    served: Served, client: httpx.Client, wish: str, language: str
) -> None:
    answer = client.get(served.page, headers={"Accept-Language": wish})
    assert answer.headers["content-language"] == language
    assert f'<html lang="{language}">' in answer.text


def test_a_chosen_language_is_kept(served: Served, client: httpx.Client) -> None:
    client.get(served.page, params={"lang": "en"})
    again = client.get(served.page, headers={"Accept-Language": "fr"})
    assert again.headers["content-language"] == "en"


def tokens(path: str, dark: str) -> list[set[str]]:
    """The city's tokens in a style sheet: in light, and in dark."""
    text = (ROOT / path).read_text(encoding="utf-8")
    light, after = re.search(r":root {(.*?)}(.*)", text, re.DOTALL).groups()  # type: ignore[union-attr]
    night = re.search(re.escape(dark) + r" {(.*?)}", after, re.DOTALL)
    assert night
    return [
        {line.strip() for line in part.splitlines() if line.strip()} for part in (light, night[1])
    ]


def test_the_page_shares_the_city_s_tokens_with_central() -> None:
    ours = tokens("edge/simulator/static/door.css", ":root")
    city = tokens("central/web/static/site.css", ":root:has(body.desk)")
    for one, other in zip(city, ours, strict=True):
        assert one - other == set()


def test_a_name_becomes_a_part_of_an_address() -> None:
    assert slug_of("Feestzaal De Linde") == "feestzaal-de-linde"
    assert slug_of("Café ’t Schaep / zij-ingang") == "cafe-t-schaep-zij-ingang"
    assert slug_of("大会堂") == "door"


def test_texts_are_toml_that_an_editor_can_open() -> None:
    for path in words.FOLDER.glob("*.toml"):
        assert tomllib.loads(path.read_text(encoding="utf-8"))["language"]
