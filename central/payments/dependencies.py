"""What the routes of payments ask for. `create_app` provides it."""

from typing import Annotated, cast

from fastapi import Depends, Request

from central.payments.cashier import Cashier


def provided_cashier(request: Request) -> Cashier:
    """Return the application's payment providers."""
    return cast("Cashier", request.app.state.cashier)


TheCashier = Annotated[Cashier, Depends(provided_cashier)]
