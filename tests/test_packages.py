"""The eight packages the city asked for are in real use, each by the product itself."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PRODUCT = ("contracts", "edge", "central", "provisioning")

FIXED_BY_THE_CITY = {
    "cryptography": "cryptography",
    "fastapi": "fastapi",
    "gpiozero": "gpiozero",
    "opencv-python-headless": "cv2",
    "paho-mqtt": "paho",
    "pyzbar": "pyzbar",
    "segno": "segno",
    "sqlite-utils": "sqlite_utils",
}


def imported_packages(path: Path) -> set[str]:
    """Top-level names that the file imports, wherever in the file."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


@pytest.mark.parametrize("package", FIXED_BY_THE_CITY)
def test_package_is_used_by_the_product(package: str) -> None:
    module = FIXED_BY_THE_CITY[package]
    users = [
        path.relative_to(ROOT)
        for folder in PRODUCT
        for path in sorted((ROOT / folder).rglob("*.py"))
        if module in imported_packages(path)
    ]
    assert users, f"no product module imports {module}"
