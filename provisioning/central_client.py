"""Central's REST interface, as staff use it: a token, a few calls, refusals in central's own words."""

from typing import Any, Self
from urllib.parse import urlsplit

import httpx

from provisioning.errors import ExitCode, ProvisioningError

WITHIN = 20.0  # seconds
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_LONGEST = 500  # characters of a refusal that are shown


class CentralRefused(ProvisioningError):
    """Central answered no, or did not answer."""

    exit_code = ExitCode.CENTRAL


class CentralClient:
    """Calls central with a member of staff's token. Use it as a context manager."""

    def __init__(self, url: str, token: str) -> None:
        """Take central's address and the token.

        Raises:
            ProvisioningError: no address of a website, or one over which the token would be readable.

        """
        self._client = httpx.Client(
            base_url=_checked(url),
            headers={"Authorization": f"Bearer {token}"},
            timeout=WITHIN,
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def register(self, registration: dict[str, Any]) -> dict[str, Any]:
        """Take a unit into service; return what central says of it.

        Raises:
            CentralRefused: with central's sentence.

        """
        return _object(self._call("POST", "/api/v1/units", registration))

    def retire(self, unit: str) -> dict[str, Any]:
        """Take a unit out of service; raises as `register`."""
        return _object(self._call("POST", f"/api/v1/units/{unit}/retire"))

    def doors(self) -> list[dict[str, Any]]:
        """Return every door and its unit; raises as `register`."""
        found = self._call("GET", "/api/v1/doors")
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise CentralRefused(
                "Central's answer is not a list of doors. Is this central's address?"
            )
        return found

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:  # noqa: ANN401
        try:
            answer = self._client.request(method, path, json=body)
        except httpx.HTTPError as error:
            raise CentralRefused(
                f"Central at {self._client.base_url} cannot be reached: {error}."
            ) from error
        content = _json(answer)
        if answer.is_success:
            return content
        detail = content.get("detail") if isinstance(content, dict) else None
        says = detail[:_LONGEST] if isinstance(detail, str) else "It did not say why."
        raise CentralRefused(f"Central refused ({answer.status_code}): {says}")


def _json(answer: httpx.Response) -> Any:  # noqa: ANN401 - any JSON value
    try:
        return answer.json()
    except ValueError as error:
        raise CentralRefused(
            f"This is not central: it answered {answer.status_code} without JSON."
        ) from error


def _object(content: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    if not isinstance(content, dict):
        raise CentralRefused("Central's answer is not about a unit. Is this central's address?")
    return content


def _checked(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ProvisioningError(
            f"{url[:80]!r} is not central's address, such as https://zalen.stad.be"
        )
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise ProvisioningError(f"The token would travel readable over {url[:80]}: use https.")
    return url
