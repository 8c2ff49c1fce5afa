"""Pages with the link of one use: how one found and left the hall, and the form of the day after."""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from central.booking.models import Reservation
from central.dependencies import Now, TheDatabase
from central.feedback import answers, room_state
from central.feedback.answers import AlreadyTold, Given
from central.feedback.room_state import ITEMS, Item, Moment
from central.feedback.trends import BEST, WORST, Question
from central.feedback.uses import UseNotBegun, use_of
from central.feedback.who import UseHolder
from central.web.defect_form import wrong_with_text
from central.web.language import language_of
from central.web.pages import Pages, ThePages
from central.web.typed import Problems

router = APIRouter(prefix="/uses/{link}", include_in_schema=False)
_MARKS = range(WORST, BEST + 1)
_FINE = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields of a form exactly as typed; an absent one is empty."""

    fields: dict[str, str]

    def __getitem__(self, name: str) -> str:
        return self.fields.get(name, "")


async def provided_typed(request: Request) -> Typed:
    """Return what was typed; read after the requirement was met."""
    async with request.form(max_files=0, max_fields=50) as form:
        texts = {name: value for name, value in form.items() if isinstance(value, str)}
    return Typed(texts)


TheTyped = Annotated[Typed, Depends(provided_typed)]


@router.get("")
def show(
    request: Request,
    link: str,
    holder: UseHolder,
    pages: ThePages,
    database: TheDatabase,
    now: Now,
    thanks: str = "",
) -> Response:
    """Show what one can tell about a use, and what was told already."""
    with database.read() as session:
        use = use_of(session, holder.subject, now)
        told = answers.told(session, use)
    return pages.show(
        request,
        "feedback_use.html",
        it=use,
        link=link,
        told=told,
        thanks=bool(thanks),
        moments=[one for one in Moment if one in told.states or _is_time(one, use, now)],
        is_over=now >= use.ends_at,
    )


@router.get("/state/{moment}")
def ask_state(
    request: Request,
    moment: Moment,
    holder: UseHolder,
    pages: ThePages,
    database: TheDatabase,
    now: Now,
) -> Response:
    """Ask how one found or left the hall."""
    with database.read() as session:
        use = use_of(session, holder.subject, now)
        room_state.check_time(moment, use.starts_at, use.ends_at, now)
        if moment in answers.told(session, use).states:
            raise AlreadyTold
    return _state_page(request, pages, use, moment, Typed({}), {})


@router.post("/state/{moment}")
def note_state(
    request: Request,
    link: str,
    moment: Moment,
    holder: UseHolder,
    typed: TheTyped,
    pages: ThePages,
    database: TheDatabase,
    now: Now,
) -> Response:
    """Note it, or show what was not answered."""
    words = language_of(request)
    missing = [one for one in ITEMS[moment] if typed[one] not in _FINE]
    if missing:
        with database.read() as session:
            use = use_of(session, holder.subject, now)
        problems = {
            one.value: words("feedback.problem_item", item=words(f"feedback.items.{one}"))
            for one in missing
        }
        return _state_page(request, pages, use, moment, typed, problems)
    items: dict[Item, bool] = {one: _FINE[typed[one]] for one in ITEMS[moment]}
    with database.write() as session:
        answers.note_state(session, holder.subject, moment, items, now)
    all_fine = all(items.values())
    where = f"/uses/{link}?thanks=1" if all_fine else f"/uses/{link}/defect"
    return RedirectResponse(where, HTTPStatus.SEE_OTHER)


@router.get("/form")
def ask(
    request: Request, holder: UseHolder, pages: ThePages, database: TheDatabase, now: Now
) -> Response:
    """Show the form of the day after."""
    with database.read() as session:
        use = use_of(session, holder.subject, now)
        if now < use.ends_at:
            raise UseNotBegun
        if answers.told(session, use).feedback:
            raise AlreadyTold
    return _form_page(request, pages, use, Typed({}), {})


@router.post("/form")
def give(
    request: Request,
    link: str,
    holder: UseHolder,
    typed: TheTyped,
    pages: ThePages,
    database: TheDatabase,
    now: Now,
) -> Response:
    """Keep the answers, or show what is wrong beside its field."""
    words = language_of(request)
    marks = {one: int(typed[one]) for one in Question if typed[one] in map(str, _MARKS)}
    problems: Problems = {}
    if Question.OVERALL not in marks:
        problems["overall"] = words("feedback.problem_overall")
    if says := wrong_with_text(typed["remark"], words):
        problems["remark"] = says
    if problems:
        with database.read() as session:
            use = use_of(session, holder.subject, now)
        return _form_page(request, pages, use, typed, problems)
    with database.write() as session:
        answers.give(session, holder.subject, Given(marks, typed["remark"]), now)
    return RedirectResponse(f"/uses/{link}?thanks=1", HTTPStatus.SEE_OTHER)


def _is_time(moment: Moment, use: Reservation, now: datetime) -> bool:
    return now <= use.ends_at if moment is Moment.BEFORE else now >= use.starts_at


def _state_page(
    request: Request,
    pages: Pages,
    use: Reservation,
    moment: Moment,
    typed: Typed,
    problems: Problems,
) -> Response:
    return pages.show(
        request,
        "feedback_state.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
        it=use,
        moment=moment,
        items=ITEMS[moment],
        typed=typed,
        problems=problems,
    )


def _form_page(
    request: Request, pages: Pages, use: Reservation, typed: Typed, problems: Problems
) -> Response:
    return pages.show(
        request,
        "feedback_form.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
        it=use,
        questions=list(Question),
        marks=list(_MARKS),
        typed=typed,
        problems=problems,
    )
