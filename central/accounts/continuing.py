"""Where somebody goes on after logging in or choosing a capacity, with what was typed. Pure.

It is signed, so nobody can make us send a visitor elsewhere, and it is always a path of our own.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from urllib.parse import urlencode

from itsdangerous import BadData, URLSafeSerializer

LONGEST = 4000  # characters of path and query
_SALT = "hallpass/continue"


def own_path(where: str, otherwise: str) -> str:
    """Return where to go: a page of ours, never another website."""
    is_ours = where.startswith("/") and not where.startswith(("//", "/\\"))
    is_plain = where.isprintable() and "\\" not in where and len(where) <= LONGEST
    return where if is_ours and is_plain else otherwise


class Continuing:
    """Makes and reads what a form carries along to come back to where one was."""

    def __init__(self, secrets: Sequence[str]) -> None:
        """Take the secrets that count, the one to sign with last."""
        self._serializer = URLSafeSerializer(
            list(secrets),
            salt=_SALT,
            signer_kwargs={"key_derivation": "hmac", "digest_method": sha256},
        )

    def make(self, path: str, typed: Mapping[str, str] | None = None) -> str:
        """Return the text to carry along.

        Args:
            path: of ours, with its query if it has one.
            typed: the fields of a form; a page whose form needs a log-in shows its form with these
                when it is asked for with them as query. What is empty is left out.

        """
        query = urlencode({name: value for name, value in (typed or {}).items() if value})
        glue = "&" if "?" in path else "?"
        whole = f"{path}{glue}{query}" if query else path
        return str(self._serializer.dumps(own_path(whole, own_path(path, "/"))))

    def read(self, text: str, otherwise: str) -> str:
        """Return the path and query that `make` was given; `otherwise` when it is not from us."""
        try:
            return own_path(str(self._serializer.loads(text)), otherwise)
        except BadData:
            return otherwise
