"""Which release of the software this is."""

from importlib.metadata import PackageNotFoundError, version

try:
    VERSION = version("hallpass")
except PackageNotFoundError:  # run from a folder that was never installed
    VERSION = "unknown"
