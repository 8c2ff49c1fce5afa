"""Keep what was typed while somebody logs in or chooses a capacity.

A form has a button beside its own:

    <button name="keep" value="/book" formaction="/account/log-in/keep">Log in</button>

`keep` is the page that shows the form again when it is asked for with the fields as query.
"""

from fastapi import Request

from central.accounts.continuing import Continuing, own_path

_NEVER = frozenset({"keep", "password", "code"})


async def kept_form(request: Request, continuing: Continuing) -> str:
    """Return what to carry along: the page named by the button, with every field of the form."""
    form = await request.form()
    typed = {name: value for name, value in form.items() if isinstance(value, str)}
    where = own_path(typed.get("keep", ""), "/account")
    return continuing.make(where, {n: v for n, v in typed.items() if n not in _NEVER})
