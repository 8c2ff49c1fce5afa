"""Where passphrases come from: a file, the environment, or a person. Never the command line.

What stands in an argument is seen by every account of the machine (`ps`) and kept in the shell's
history; so there is no such option.
"""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import typer

from provisioning import files
from provisioning.errors import BadPassphrase, Unusable

SHORTEST = 12  # characters
LONGEST = 1024


@dataclass(frozen=True, slots=True)
class Source:
    """Where one passphrase may come from; the first that is there counts."""

    what: str
    """What it opens, for the prompt: `the key of the root CA`."""
    variables: tuple[str, ...]
    """Environment variables; each may also be given as `<NAME>_FILE`, the way containers do."""
    file: Path | None = None
    """What `--passphrase-file` says."""

    def of_existing(self) -> str:
        """Return the passphrase of something that exists.

        Raises:
            BadPassphrase: there is none, and nobody to ask.
            Unusable: the file cannot be read.

        """
        return self._given() or _ask(self, repeat=False)

    def of_new(self) -> str:
        """Return the passphrase for something new; a person types it twice; raises as above.

        Raises:
            BadPassphrase: also when it is too short to protect anything.

        """
        passphrase = self._given() or _ask(self, repeat=True)
        if not SHORTEST <= len(passphrase) <= LONGEST:
            raise BadPassphrase(
                f"The passphrase for {self.what} needs {SHORTEST} characters or more: four or five"
                " words that nobody would guess."
            )
        return passphrase

    def _given(self) -> str:
        if self.file:
            return _from_file(self.file, self.what)
        for name in self.variables:
            if os.environ.get(name):
                return _plain(os.environ[name], self.what)
            if os.environ.get(f"{name}_FILE"):
                return _from_file(Path(os.environ[f"{name}_FILE"]), self.what)
        return ""


def sources(
    whats: list[str], variables: Callable[[int], tuple[str, ...]], given: list[Path]
) -> list[Source]:
    """Return the sources of several passphrases.

    Args:
        whats: what each one opens.
        variables: the environment variables of each, counted from 0.
        given: passphrase files: none, one for all, or one for each.

    Raises:
        BadPassphrase: another number of files.

    """
    if len(given) not in {0, 1, len(whats)}:
        raise BadPassphrase(
            f"Give --passphrase-file once for all keys, or {len(whats)} times, in their order."
        )
    paths: list[Path | None] = (
        [*given] if len(given) == len(whats) else [*given, None][:1] * len(whats)
    )
    return [
        Source(what, variables(number), path)
        for number, (what, path) in enumerate(zip(whats, paths, strict=True))
    ]


def _from_file(path: Path, what: str) -> str:
    try:
        text = files.read(path, f"the passphrase for {what}").decode()
    except UnicodeDecodeError as error:
        raise Unusable(f"{path} is not text.") from error
    return _plain(text.removesuffix("\n").removesuffix("\r"), what)


def _ask(source: Source, *, repeat: bool) -> str:
    if not sys.stdin.isatty():
        names = " or ".join(source.variables)
        raise BadPassphrase(
            f"There is no passphrase for {source.what}, and nobody to ask: give --passphrase-file,"
            f" or set {names} (or the same with _FILE)."
        )
    typed: str = typer.prompt(
        f"Passphrase for {source.what}", hide_input=True, confirmation_prompt=repeat, err=True
    )
    return _plain(typed, source.what)


def _plain(passphrase: str, what: str) -> str:
    """Refuse what central or a person at another keyboard would read differently."""
    if not passphrase or passphrase != passphrase.strip() or not passphrase.isprintable():
        raise BadPassphrase(
            f"The passphrase for {what} is empty, has spaces around it or several lines."
        )
    return passphrase
