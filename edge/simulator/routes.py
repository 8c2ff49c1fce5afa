"""The routes of the virtual doors: a page, live news, and acts, each for browsers and for programs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse

from edge.simulator.acts import ACTS, HOLD
from edge.simulator.bench import VirtualDoor
from edge.simulator.news import News
from edge.simulator.pages import Pages
from edge.simulator.passes import NoPasses, Offer, Passes
from edge.simulator.pictures import NotAPicture
from edge.simulator.view import view_of
from edge.simulator.words import Words, language_of

router = APIRouter()
_WEBCAM = 3.0  # seconds after its last frame for which a webcam's picture stays
_REFUSED = frozenset({"not_a_picture", "no_picture", "no_pass", "unknown"})


@dataclass(frozen=True, slots=True)
class Offered:
    """What a page says about passes."""

    state: str
    """`off` (there is no list), `on` or `unreachable`."""
    linked: str = ""
    """The pass that the page's own address names."""
    offers: Sequence[Offer] = ()


def _pages(request: Request) -> Pages:
    return request.app.state.pages  # type: ignore[no-any-return]


def _door(request: Request, door: str) -> VirtualDoor:
    doors: Mapping[str, VirtualDoor] = request.app.state.doors
    if door not in doors:
        raise HTTPException(404)
    return doors[door]


def _passes(request: Request) -> Passes | None:
    return request.app.state.passes  # type: ignore[no-any-return]


TheDoor = Annotated[VirtualDoor, Depends(_door)]
ThePages = Annotated[Pages, Depends(_pages)]
ThePasses = Annotated[Passes | None, Depends(_passes)]
TheWords = Annotated[Words, Depends(language_of)]


@router.get("/")
def index(request: Request, pages: ThePages, words: TheWords) -> Response:
    """Show all doors."""
    doors: Mapping[str, VirtualDoor] = request.app.state.doors
    shown = [(slug, door.name, view_of(door.state(), words)) for slug, door in doors.items()]
    return pages.show(request, "index.html", doors=shown)


@router.get("/doors/{door}")
async def page(
    request: Request, door: str, it: TheDoor, pages: ThePages, passes: ThePasses, words: TheWords
) -> Response:
    """Show one door."""
    said = f"said.{request.query_params.get('said', '')}"
    return pages.show(
        request,
        "door.html",
        slug=door,
        name=it.name,
        view=view_of(it.state(), words),
        said=words(said) if words.has(said) else "",
        offered=await _on_offer(passes, request.query_params.get("pass", "")),
    )


@router.get("/doors/{door}/passes")
async def offered(request: Request, door: str, pages: ThePages, passes: ThePasses) -> Response:
    """Show the passes on offer, a part of the page."""
    wanted = await _on_offer(passes, request.query_params.get("pass", ""))
    return pages.show(request, "passes.html", slug=door, offered=wanted)


@router.get("/doors/{door}/state")
def state(it: TheDoor, words: TheWords) -> Response:
    """Tell how the door is."""
    return JSONResponse(view_of(it.state(), words).as_json())


@router.get("/doors/{door}/live")
async def live(request: Request, it: TheDoor, words: TheWords) -> Response:
    """Tell how the door is, again and again, as server-sent events."""
    news: News = request.app.state.news
    return StreamingResponse(news.of(it, words), media_type="text/event-stream")


@router.get("/doors/{door}/camera.jpg")
def camera(it: TheDoor) -> Response:
    """Show what the camera sees."""
    return Response(it.camera_picture(), media_type="image/jpeg")


@router.post("/doors/{door}/act")
async def act(request: Request, door: str, it: TheDoor, words: TheWords) -> Response:
    """Do something to the door: the field `act` names what."""
    async with request.form(max_files=0, max_fields=5) as form:
        found = ACTS.get(str(form.get("act")))
    return _answer(request, door, words, found(it) if found else "unknown")


@router.post("/doors/{door}/hold-up")
async def hold_up(
    request: Request, door: str, it: TheDoor, passes: ThePasses, words: TheWords
) -> Response:
    """Hold a pass before the camera: a picture as body, as field `image`, or field `pass` on offer."""
    try:
        raw = await _picture_in(request, passes)
        if raw:
            await run_in_threadpool(it.hold_up, raw, HOLD)
        said = "held" if raw else "no_picture"
    except NotAPicture:
        said = "not_a_picture"
    except NoPasses:
        said = "no_pass"
    return _answer(request, door, words, said)


@router.post("/doors/{door}/webcam")
async def webcam(request: Request, it: TheDoor) -> Response:
    """Let the camera see one frame of a webcam."""
    try:
        await run_in_threadpool(it.show_webcam, await request.body(), _WEBCAM)
    except NotAPicture as error:
        return JSONResponse({"says": str(error)}, 422)
    return Response(status_code=204)


async def _picture_in(request: Request, passes: Passes | None) -> bytes:
    if request.headers.get("content-type", "").startswith("image/"):
        return await request.body()
    async with request.form(max_files=1, max_fields=5) as form:
        image, wanted = form.get("image"), form.get("pass")
        if isinstance(wanted, str) and wanted:
            if passes is None:
                msg = "no passes are on offer here"
                raise NoPasses(msg)
            return await passes.picture(wanted)
        return await image.read() if isinstance(image, UploadFile) else b""


async def _on_offer(passes: Passes | None, linked: str) -> Offered:
    if passes is None:
        return Offered("off")
    linked = linked if passes.is_ours(linked) else ""
    try:
        return Offered("on", linked, await passes.offers())
    except NoPasses:
        return Offered("unreachable", linked)


def _answer(request: Request, door: str, words: Words, said: str) -> Response:
    """Answer a program with JSON; send a browser back to the page, where the sentence stands."""
    if "application/json" in request.headers.get("accept", ""):
        says = {"said": said, "says": words(f"said.{said}")}
        return JSONResponse(says, 422 if said in _REFUSED else 200)
    back = {"said": said, "pass": request.query_params.get("pass", "")}
    query = urlencode({name: value for name, value in back.items() if value})
    return RedirectResponse(f"/doors/{door}?{query}", 303)
