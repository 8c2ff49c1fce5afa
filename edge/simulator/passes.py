"""Passes that can be held up with one click: a list that the demo's central offers, and nothing else."""

import contextlib
import json
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import httpx

from edge.errors import EdgeError
from edge.simulator.pictures import LARGEST_UPLOAD

_PATIENCE = httpx.Timeout(2.0)
_MOST = 50
_LONGEST = 120  # characters of a label


class NoPasses(EdgeError):
    """The list, or a pass on it, could not be fetched; the message says why."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A pass that can be held up."""

    label: str
    png_url: str


class Passes:
    """Reads `[{"label": "...", "png_url": "..."}]` from one address, and pictures from the same host.

    What was on offer stays at hand when central is stopped, as a pass stays on the renter's phone.
    """

    def __init__(self, url: str) -> None:
        """Read from an address.

        Raises:
            NoPasses: it is no http address.

        """
        if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).netloc:
            msg = f"{url!r} is no address of a list of passes (http://…)"
            raise NoPasses(msg)
        self._url = url
        self._client = httpx.AsyncClient(timeout=_PATIENCE, trust_env=False)
        self._listed: list[Offer] = []
        self._pictures: dict[str, bytes] = {}

    async def offers(self) -> list[Offer]:
        """Return what can be held up now: what central lists, or listed last if it does not answer.

        Raises:
            NoPasses: nobody ever answered, or something else than such a list.

        """
        try:
            answer = await self._get(self._url)
        except NoPasses:
            if self._listed:
                return self._listed
            raise
        try:
            listed = json.loads(answer)
        except (ValueError, RecursionError) as error:
            msg = "the list of passes is no JSON"
            raise NoPasses(msg) from error
        found = (self._offer(one) for one in listed[:_MOST]) if isinstance(listed, list) else ()
        self._listed = [offer for offer in found if offer is not None]
        await self._keep_pictures()
        return self._listed

    async def picture(self, png_url: str) -> bytes:
        """Return the picture of a pass, the one at hand when it cannot be fetched.

        Raises:
            NoPasses: it is somewhere else than the list, or was never fetched and cannot be.

        """
        if not self.is_ours(png_url):
            msg = "the pass is not where the list of passes is"
            raise NoPasses(msg)
        try:
            return await self._get(png_url)
        except NoPasses:
            if png_url not in self._pictures:
                raise
            return self._pictures[png_url]

    def is_ours(self, url: str) -> bool:
        """Tell whether an address is on the list's own host and port."""
        try:
            ours, other = urlsplit(self._url), urlsplit(url)
        except ValueError:
            return False
        return (ours.scheme, ours.netloc) == (other.scheme, other.netloc)

    async def close(self) -> None:
        """Hang up."""
        await self._client.aclose()

    async def _keep_pictures(self) -> None:
        kept: dict[str, bytes] = {}
        for url in (one.png_url for one in self._listed):
            with contextlib.suppress(NoPasses):
                kept[url] = self._pictures.get(url) or await self._get(url)
        self._pictures = kept

    def _offer(self, listed: object) -> Offer | None:
        match listed:
            case {"label": str(label), "png_url": str(url)}:
                offer = Offer(label[:_LONGEST], urljoin(self._url, url))
                return offer if self.is_ours(offer.png_url) else None
        return None

    async def _get(self, url: str) -> bytes:
        received = bytearray()
        try:
            async with self._client.stream("GET", url) as answer:
                answer.raise_for_status()
                async for part in answer.aiter_bytes():
                    received += part
                    if len(received) > LARGEST_UPLOAD:
                        msg = "the answer is too large"
                        raise NoPasses(msg)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            msg = f"central does not give it: {error}"
            raise NoPasses(msg) from error
        return bytes(received)
