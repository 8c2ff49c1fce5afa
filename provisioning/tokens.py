"""The staff token for central: from a file or the environment, never from the command line."""

import os
import re
from pathlib import Path

from provisioning import files
from provisioning.errors import Unusable

VARIABLE = "HALLPASS_TOKEN"
_TOKEN = re.compile(r"[!-~]+")


def read(path: Path | None) -> str:
    """Return the token.

    Raises:
        Unusable: there is none, or what is there is none.

    """
    given = path or (
        Path(os.environ[f"{VARIABLE}_FILE"]) if f"{VARIABLE}_FILE" in os.environ else None
    )
    if given is None:
        token = os.environ.get(VARIABLE, "")
    else:
        token = files.read(given, "a token for central").decode("ascii", "replace").strip()
    if not _TOKEN.fullmatch(token):
        raise Unusable(
            "There is no token for central: make one with `hallpass-central staff token EMAIL`, and"
            f" give it as --token-file or in {VARIABLE}."
        )
    return token
