"""The page in a real browser: phone and desk, keyboard, without JavaScript, webcam, accessibility."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from edge.simulator import pictures
from edge.simulator.bench import VirtualDoor
from tests.edge.simulator.helpers import PATIENCE, UnitProcess, a_code, wait_for
from tests.edge.simulator.serving import PassList, Served, serving, undo_all

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}
SOON = PATIENCE * 1000  # milliseconds, as playwright counts


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as it:
        yield it


def started(playwright: Playwright, *options: str) -> Browser:
    return playwright.chromium.launch(
        executable_path="/usr/bin/chromium", args=["--no-sandbox", *options]
    )


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    it = started(playwright)
    yield it
    it.close()


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    passes = PassList()
    with (
        tempfile.TemporaryDirectory(prefix="door-") as folder,
        VirtualDoor("Feestzaal De Linde", Path(folder)) as door,
        serving(door, f"{passes.origin}/passes") as it,
    ):
        yield it
    passes.close()


@pytest.fixture(autouse=True)
def as_at_the_beginning(served: Served) -> None:
    undo_all(served.door)


def opened(browser: Browser, address: str, **options: object) -> Page:
    wanted = {"viewport": DESK, "locale": "nl-BE", **options}
    page = browser.new_context(**wanted).new_page()  # type: ignore[arg-type]
    page.set_default_timeout(SOON)
    page.goto(address)
    return page


def live(page: Page) -> Page:
    """The page once its news arrive."""
    expect(page.locator("#door.live")).to_be_attached(timeout=SOON)
    return page


def must_be_accessible(page: Page) -> None:
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


def must_fit(page: Page) -> None:
    """Nothing sticks out to the right, where a phone would have to scroll."""
    assert page.viewport_size
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= page.viewport_size["width"]


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_every_page_is_accessible_and_fits_in_every_state(
    browser: Browser, served: Served, size: dict[str, int], colours: str
) -> None:
    page = opened(browser, served.origin, viewport=size, color_scheme=colours)
    must_be_accessible(page)
    must_fit(page)
    page.goto(f"{served.origin}/doors/zolder")
    must_be_accessible(page)
    page.goto(f"{served.page}?lang=de&pass={served.page}")
    live(page)
    must_be_accessible(page)
    must_fit(page)
    for change in (
        served.door.force,
        served.door.open_lid,
        served.door.cover_camera,
        served.door.start_fire_alarm,
        served.door.cut_mains,
        served.door.drain_reserve,
    ):
        change()
    expect(page.locator("#door[data-power=none]")).to_be_attached(timeout=SOON)
    page.click("button[value=shut]")
    expect(page.locator("#said")).to_have_text("Die Tür fällt zu.", timeout=SOON)
    must_be_accessible(page)
    must_fit(page)
    page.context.close()


def test_what_the_unit_does_is_seen_without_a_reload(browser: Browser, served: Served) -> None:
    page = live(opened(browser, served.page))
    display = page.get_by_role("status", name="Scherm van de deur")
    expect(display).to_contain_text("Het scherm is uit.")
    with UnitProcess(served.door.run) as unit:
        expect(page.locator("#door[data-unit=on]")).to_be_attached(timeout=SOON)
        unit.tell("say refused")
        unit.tell("show refused")
        expect(display).to_contain_text("Ce passe n'ouvre pas cette porte.", timeout=SOON)
        expect(display).to_have_attribute("lang", "fr")
        expect(page.locator(".label .now")).to_have_text(
            "Rood, één lange piep: geweigerd", timeout=SOON
        )
        unit.tell("release 60")
        unit.tell("show open")
        expect(page.get_by_text("Het slot is vrij: duw de deur open")).to_be_visible(timeout=SOON)
        expect(page.locator("#door[data-lamp=green]")).to_be_attached(timeout=SOON)
        page.get_by_role("button", name="Duw de deur open").click()
        expect(page.get_by_text("Open, het slot is vrij")).to_be_visible(timeout=SOON)
        assert served.door.state().leaf_open
    expect(page.get_by_text("Deurkast uit: de deur blijft op slot")).to_be_visible(timeout=SOON)
    page.context.close()


def test_everything_can_be_done_with_the_keyboard_and_focus_stays(
    browser: Browser, served: Served
) -> None:
    page = live(opened(browser, served.page))
    reached: list[str] = []
    for _ in range(40):
        page.keyboard.press("Tab")
        focused, outline = page.evaluate(
            "[document.activeElement.value || document.activeElement.textContent.trim(),"
            " getComputedStyle(document.activeElement).outlineStyle]"
        )
        assert outline == "solid", focused
        reached.append(focused)
        if focused == "rex":
            page.keyboard.press("Enter")
            expect(page.locator("#said")).to_contain_text("uitgangsknop", timeout=SOON)
        if focused == "open_lid":
            page.keyboard.press("Space")
            expect(page.locator("button[value=shut_lid]")).to_be_focused(timeout=SOON)
        if focused == "fire":
            break
    wanted = {"push", "shut", "force", "rex", "key_cylinder", "panic_bar", "open_lid", "cover"}
    assert wanted | {"cut_mains", "drain", "fire"} <= set(reached)
    assert served.door.state().lid_open
    assert served.door.state().held
    page.context.close()


def test_a_push_at_a_locked_door_is_said_aloud_each_time(browser: Browser, served: Served) -> None:
    page = live(opened(browser, served.page))
    said = page.locator("#said")
    assert said.get_attribute("role") == "status"
    page.evaluate(
        "said = document.getElementById('said'); heard = [];"
        "new MutationObserver(() => heard.push(said.textContent))"
        ".observe(said, {childList: true, characterData: true, subtree: true})"
    )
    for times in (1, 2):
        page.click("button[value=push]")
        wait_for(
            lambda times=times: page.evaluate("heard.filter(one => one).length") == times,  # type: ignore[misc]
            "the sentence",
        )
    # The same words twice in a row would be passed over: a screen reader needs silence in between.
    assert page.evaluate("heard.slice(-3)")[1:] == ["", "De deur geeft niet mee: ze is op slot."]
    assert not served.door.state().leaf_open
    page.context.close()


def test_a_pass_is_held_up_by_one_click_and_by_file(
    browser: Browser, served: Served, tmp_path: Path
) -> None:
    page = live(opened(browser, served.page, viewport=PHONE))
    picture = page.locator("#camera")
    before = picture.get_attribute("src")
    page.get_by_role("button", name="Anna Peeters, zaterdag").click()
    expect(page.locator("#door[data-camera=held]")).to_be_attached(timeout=SOON)
    expect(picture).not_to_have_attribute("src", before or "", timeout=SOON)
    expect(picture).to_have_attribute("alt", "Iemand houdt iets voor de camera.")
    page.get_by_role("button", name="Haal weg").click()
    expect(page.locator("#door[data-camera=street]")).to_be_attached(timeout=SOON)
    (tmp_path / "pass.png").write_bytes(a_code())
    page.set_input_files("#image", tmp_path / "pass.png")
    page.get_by_role("button", name="Houd die voor de camera").click()
    expect(page.locator("#door[data-camera=held]")).to_be_attached(timeout=SOON)
    served.door.take_away()
    (tmp_path / "pass.gif").write_bytes(b"GIF89a")
    page.set_input_files("#image", tmp_path / "pass.gif")
    page.get_by_role("button", name="Houd die voor de camera").click()
    expect(page.locator("#said")).to_contain_text("Dit is geen PNG of JPEG", timeout=SOON)
    page.context.close()


def test_on_a_phone_one_sees_the_door_answer_the_pass(browser: Browser, served: Served) -> None:
    page = live(opened(browser, served.page, viewport=PHONE))
    button = page.get_by_role("button", name="Anna Peeters, zaterdag")
    button.evaluate("it => it.scrollIntoView({block: 'start'})")
    expect(page.locator(".display")).not_to_be_in_viewport(timeout=SOON)
    button.click()
    expect(page.locator(".display")).to_be_in_viewport(timeout=SOON)
    served.door.take_away()
    page.context.close()


def test_a_pass_booked_meanwhile_appears_when_one_comes_back_to_the_page(
    browser: Browser, door: VirtualDoor
) -> None:
    passes = PassList()
    passes.answer = []
    with serving(door, f"{passes.origin}/passes") as it:
        page = live(opened(browser, it.page))
        expect(page.get_by_text("Er is nog geen pas.")).to_be_visible()
        passes.answer = [{"label": "Judoclub", "png_url": "/pass.png"}]
        page.evaluate("dispatchEvent(new Event('focus'))")
        expect(page.get_by_role("button", name="Judoclub")).to_be_visible(timeout=SOON)
        page.context.close()
    passes.close()


def test_the_basics_work_without_javascript(browser: Browser, served: Served) -> None:
    page = opened(browser, served.page, java_script_enabled=False)
    said = page.locator("#said")
    page.click("button[value=push]")
    expect(said).to_have_text("De deur geeft niet mee: ze is op slot.")
    page.focus("button[value=key_cylinder]")
    page.keyboard.press("Enter")
    expect(said).to_have_text("Iemand houdt de sleutel omgedraaid.")
    page.click("button[value=push]")
    expect(said).to_have_text("De deur gaat open.")
    expect(page.get_by_text("Open; valt ze dicht, dan is ze op slot")).to_be_visible()
    page.click("button[value=cover]")
    expect(page.get_by_role("button", name="Haal de tape weg")).to_be_visible()
    page.click("button[value=uncover]")
    page.get_by_role("button", name="Anna Peeters, zaterdag").click()
    expect(said).to_have_text("De pas hangt voor de camera.")
    page.get_by_role("button", name="Haal weg").click()
    file = {"name": "pas.png", "mimeType": "image/png", "buffer": a_code()}
    page.set_input_files("#image", file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Houd die voor de camera").click()
    expect(said).to_have_text("De pas hangt voor de camera.")
    expect(page.locator("#webcam")).to_be_hidden()
    page.context.close()


def test_a_webcam_shows_its_picture_to_the_door(
    playwright: Playwright, served: Served, tmp_path: Path
) -> None:
    frame = pictures.held_up(pictures.opened(a_code()), pictures.street("kamer"))
    film = tmp_path / "webcam.mjpeg"
    film.write_bytes(cv2.imencode(".jpg", frame)[1].tobytes() * 30)
    browser = started(
        playwright,
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    )
    page = live(opened(browser, served.page))
    page.get_by_role("button", name="Gebruik mijn webcam").click()
    served.door.wait_until(lambda seen: seen.holding, PATIENCE)
    first = served.door.state().picture
    served.door.wait_until(lambda seen: seen.picture > first + 2, PATIENCE)
    seen = served.door._camera.frame()
    assert np.abs(seen.astype(int) - frame).mean() < 20
    page.get_by_role("button", name="Stop de webcam").click()
    served.door.wait_until(lambda seen: not seen.holding, PATIENCE)
    browser.close()


def test_a_browser_without_a_webcam_is_told_what_else_to_do(
    browser: Browser, served: Served
) -> None:
    page = live(opened(browser, served.page))
    page.get_by_role("button", name="Gebruik mijn webcam").click()
    expect(page.get_by_text("Er is geen webcam")).to_be_visible(timeout=SOON)
    page.context.close()


def test_sound_is_off_until_asked_for_and_follows_the_buzzer(
    browser: Browser, served: Served
) -> None:
    page = live(opened(browser, served.page))
    page.get_by_role("button", name="Geluid aanzetten").click()
    with UnitProcess(served.door.run) as unit:
        unit.tell("say open")
        unit.tell("show open")
        served.door.wait_until(lambda seen: seen.scene == "open", PATIENCE)
    page.get_by_role("button", name="Geluid uitzetten").click()
    expect(page.get_by_role("button", name="Geluid aanzetten")).to_be_visible()
    page.context.close()


def test_a_page_says_when_the_program_is_gone(browser: Browser, door: VirtualDoor) -> None:
    with serving(door) as it:
        page = live(opened(browser, it.page))
        expect(page.get_by_role("alert")).to_be_hidden()
    expect(page.get_by_text("De virtuele deur antwoordt niet meer.")).to_be_visible(timeout=SOON)
    page.context.close()


def test_no_page_has_an_error_in_its_script_or_breaks_its_own_policy(
    browser: Browser, served: Served
) -> None:
    page = opened(browser, "about:blank")
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text))
    page.goto(served.page)
    live(page)
    for act in ("push", "force", "shut", "rex", "open_lid", "fire", "cut_mains"):
        page.click(f"button[value={act}]")
    wait_for(lambda: not served.door.state().mains, "the last act")
    assert wrong == []
    page.context.close()
