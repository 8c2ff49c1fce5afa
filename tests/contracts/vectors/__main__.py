"""Writes the golden vectors: `python -m tests.contracts.vectors`. A test compares them.

Only a new version of a format may change a vector that units in the field already know.
"""

from tests.contracts.vectors.files import FILES, content, path_of

for name in FILES:
    path_of(name).write_text(content(name), encoding="utf-8")
