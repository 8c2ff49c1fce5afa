"""What OpenSSL itself says of our certificates."""

import shutil
import subprocess
from pathlib import Path


def openssl(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    program = shutil.which("openssl")
    assert program, "OpenSSL is not installed: ./hallpass setup"
    return subprocess.run(
        [program, *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def verifies(folder: Path, certificate: str, purpose: str, *more: str) -> bool:
    """Whether a chain of ours leads from a certificate to the root, for this purpose."""
    done = openssl(
        folder, "verify", "-x509_strict", "-CAfile", "ca/root.crt",
        "-untrusted", "ca/intermediate.crt", "-purpose", purpose, *more, certificate,
    )  # fmt: skip
    return done.returncode == 0
