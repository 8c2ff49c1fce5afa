"""Files that nobody else may read, written whole or not at all; keys are never overwritten.

A file belongs to whom its folder belongs to, so that root can prepare the broker's folder once and
every later certificate and revocation list in it stays readable to Mosquitto.
"""

import contextlib
import fcntl
import os
import pwd
import stat
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from provisioning.errors import AlreadyThere, ProvisioningError, Unusable

LARGEST = 1_048_576  # bytes; every file that is read here is far smaller
_PRIVATE_FOLDER = 0o700
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def make_folder(folder: Path) -> Path:
    """Make a folder that nobody else may enter, unless it is there; return it.

    Raises:
        ProvisioningError: it cannot be made, or something else has its name.

    """
    try:
        folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
    except OSError as error:
        raise ProvisioningError(f"{folder} cannot be made: {error.strerror}.") from error
    return folder


def require_absent(paths: Iterable[Path]) -> None:
    """Return when none of the files exists, so that nothing is half done before one is refused.

    Raises:
        AlreadyThere: one does.

    """
    for path in paths:
        if path.exists() or path.is_symlink():
            raise AlreadyThere(
                f"{path} is there already and stays as it is. Choose another folder, or move it"
                " away yourself if you are sure that nothing needs it."
            )


def write_new(path: Path, content: bytes) -> None:
    """Write a file that must not exist yet.

    Raises:
        AlreadyThere: it does, also when another process made it at this moment.
        ProvisioningError: the disk refuses.

    """
    with _temporary(path, content) as temporary:
        try:
            _take_name(temporary, path)
        except FileExistsError:
            raise AlreadyThere(f"{path} is there already and stays as it is.") from None


def replace(path: Path, content: bytes) -> None:
    """Write a file, or put its new content in the place of the old one at once.

    Raises:
        ProvisioningError: the disk refuses; the old content is still there.

    """
    with _temporary(path, content) as temporary:
        temporary.replace(path)


def read(path: Path, what: str) -> bytes:
    """Return the content of a file.

    Args:
        path: the file.
        what: what it should hold, for the sentence when it is missing.

    Raises:
        Unusable: it is missing, unreadable or far too large.

    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise Unusable(f"{path}: {error.strerror}. It should hold {what}.") from error
    if len(content) > LARGEST:
        raise Unusable(f"{path} is larger than {LARGEST} bytes; it cannot be {what}.")
    return content


def hand_over(paths: Iterable[Path], account: str) -> None:
    """Give files and folders to an account, where root prepares them for it.

    Without root's rights, or where there is no such account (yet, or on this computer), they stay
    whose they are.
    """
    if os.geteuid() != 0:
        return
    with contextlib.suppress(KeyError):
        owner = pwd.getpwnam(account)
        for path in paths:
            with contextlib.suppress(FileNotFoundError):
                os.chown(path, owner.pw_uid, owner.pw_gid, follow_symlinks=False)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Let one process at a time change what is in a folder.

    Raises:
        Unusable: there is no such folder.

    """
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise Unusable(f"{folder}: {error.strerror}.") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextlib.contextmanager
def _temporary(path: Path, content: bytes) -> Iterator[Path]:
    """Give a complete, synced file (0600) beside `path`, gone after the block whatever happens."""
    make_folder(path.parent)
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        temporary = Path(name)
        try:
            _fill(handle, content, path.parent)
            yield temporary
            _sync_folder(path.parent)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise ProvisioningError(f"{path} cannot be written: {error.strerror}.") from error


def _take_name(temporary: Path, path: Path) -> None:
    """Give a file its name unless that is taken, which a rename would not notice."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:  # a stick with FAT knows no links
        path.touch(exist_ok=False)
        temporary.replace(path)


def _fill(handle: int, content: bytes, folder: Path) -> None:
    with os.fdopen(handle, "wb") as file:
        if os.geteuid() == 0:
            owner = folder.stat()
            os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
        if stat.S_IMODE(os.fstat(handle).st_mode) & _OTHERS:
            raise ProvisioningError(
                f"Others could read what is written to {folder}: if it is on a stick, mount that"
                " with the option umask=077."
            )
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
