import importlib
import pkgutil
import re
import string
from datetime import date, datetime
from pathlib import Path

import pytest

import central
from central.errors import CentralError
from central.web.language import languages
from central.web.pages import HERE

NL, EN = languages()["nl"], languages()["en"]


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("code", languages())
def test_every_language_has_every_text_with_the_same_places(code: str) -> None:
    other = languages()[code]
    assert set(other.texts) == set(NL.texts)
    assert {key for key in NL.texts if not other.texts[key].strip()} == set()
    differing = [
        key for key in NL.texts if placeholders(NL.texts[key]) != placeholders(other.texts[key])
    ]
    assert differing == []


def refusals(base: type[CentralError] = CentralError) -> list[type[CentralError]]:
    found = [base]
    for one in base.__subclasses__():
        found += refusals(one)
    return found


def test_every_refusal_has_its_own_code_and_its_words() -> None:
    for module in pkgutil.walk_packages(central.__path__, "central."):
        if "migrations" not in module.name:
            importlib.import_module(module.name)
    ours = [one for one in refusals() if one.__module__.startswith("central.")]
    codes = [one.code for one in ours]
    assert sorted(codes) == sorted(set(codes))
    assert [code for code in codes if not NL.has(f"error.{code}")] == []
    for one in ours:
        assert placeholders(NL.texts[f"error.{one.code}"]) <= placeholders(one.sentence) | {"time"}


def test_every_text_is_used() -> None:
    """By its whole key, or by a key that a template or module puts together."""
    sources = "\n".join(
        path.read_text() for path in Path(HERE).rglob("*") if path.suffix in {".py", ".html"}
    )
    in_templates = re.findall(r'"([a-z_.]+[._])" ~', sources)
    in_modules = re.findall(r'f"([a-z_.]+[._])\{', sources)
    built = (*in_templates, *in_modules, "error.", "problem.")
    unused = [key for key in NL.texts if f'"{key}"' not in sources and not key.startswith(built)]
    assert unused == []


def test_days_times_and_money_as_each_language_writes_them() -> None:
    moment = datetime.fromisoformat("2026-12-05 14:05")
    assert NL.day(date(2026, 12, 5)) == "zaterdag 5 december 2026"
    assert EN.day(moment) == "Saturday 5 December 2026"
    assert (NL.time(moment), EN.time(moment)) == ("14.05", "14:05")
    assert NL.money(123450) == "€\u00a01.234,50"
    assert EN.money(123450) == "€1,234.50"
    assert NL.money(5) == "€\u00a00,05"
