"""Gives routes what signs for the city."""

from typing import Annotated, cast

from fastapi import Depends, Request

from central.documents.authority import Authority


def provided_authority(request: Request) -> Authority:
    """Return the application's authority."""
    return cast("Authority", request.app.state.authority)


TheAuthority = Annotated[Authority, Depends(provided_authority)]
