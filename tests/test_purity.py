"""contracts/ and edge/core/ decide: they import nothing that can touch the world."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PURE = ("contracts", "edge/core")

ALLOWED = frozenset(
    {
        # the language
        "__future__",
        "abc",
        "base64",
        "binascii",
        "bisect",
        "collections",
        "collections.abc",
        "contextlib",
        "dataclasses",
        "datetime",
        "enum",
        "functools",
        "hashlib",
        "hmac",
        "itertools",
        "json",
        "math",
        "operator",
        "re",
        "struct",
        "types",
        "typing",
        # values from outside, checked
        "base45",
        "pydantic",
        # signatures
        "cryptography.exceptions",
        "cryptography.hazmat.primitives",
        "cryptography.hazmat.primitives.asymmetric.ed25519",
        "joserfc",
        "joserfc.errors",
        "joserfc.jwk",
        "joserfc.jws",
        # ourselves
        "contracts",
        "edge.core",
        "edge.errors",
        "edge.events",
    }
)
OURSELVES = ("contracts.", "edge.core.")

# Calls that reach the world or the clock without an import giving them away.
WORLDLY_NAMES = frozenset({"__import__", "breakpoint", "eval", "exec", "input", "open", "print"})
WORLDLY_METHODS = frozenset({"now", "today", "utcnow"})


def impurities(source: str) -> Iterator[str]:
    """Yield what in `source` could touch the world, as `line: reason`."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                modules = [alias.name for alias in names]
            case ast.ImportFrom(module=module, level=level):
                modules = ["." * level + (module or "")]
            case ast.Call(func=ast.Name(id=name)) if name in WORLDLY_NAMES:
                yield f"{node.lineno}: calls {name}()"
                continue
            case ast.Call(func=ast.Attribute(attr=name)) if name in WORLDLY_METHODS:
                yield f"{node.lineno}: calls .{name}()"
                continue
            case _:
                continue
        for module in modules:
            if module not in ALLOWED and not module.startswith(OURSELVES):
                yield f"{node.lineno}: imports {module}"


@pytest.mark.parametrize("folder", PURE)
def test_deciding_code_cannot_touch_the_world(folder: str) -> None:
    files = sorted((ROOT / folder).rglob("*.py"))
    assert files
    found = {
        str(path.relative_to(ROOT)): reasons
        for path in files
        if (reasons := list(impurities(path.read_text())))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("snippet", "reason"),
    [
        ("import time", "1: imports time"),
        ("import shelve", "1: imports shelve"),
        ("import os.path", "1: imports os.path"),
        ("from pathlib import Path", "1: imports pathlib"),
        ("from . import journal", "1: imports ."),
        ("from edge.drivers import journal", "1: imports edge.drivers"),
        ("def f():\n    import socket", "2: imports socket"),
        ("from datetime import datetime\ndatetime.now()", "2: calls .now()"),
        ("import datetime\nx = datetime.date.today()", "2: calls .today()"),
        ("open('/dev/gpiochip0')", "1: calls open()"),
        ("print('granted')", "1: calls print()"),
        ("__import__('time')", "1: calls __import__()"),
    ],
)
def test_the_check_catches_a_breach(snippet: str, reason: str) -> None:
    assert list(impurities(snippet)) == [reason]


def test_the_check_lets_clean_code_pass() -> None:
    clean = "import struct\nfrom contracts.errors import Malformed\nfrom datetime import datetime\n"
    assert list(impurities(clean)) == []
