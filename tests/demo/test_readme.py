"""README says how to try the demo, in the demo's own words."""

import inspect
import re
from pathlib import Path

from demo import showing

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def test_trying_it_begins_with_fetching_it_and_says_how_long_it_takes() -> None:
    found = re.search(r"(?ms)^## Try it\n(.*?)^## ", README)
    assert found
    tried = found[1]
    assert tried.index("git clone") < tried.index("cd hallpass") < tried.index("./hallpass demo")
    assert re.search(r"\bminutes for that\b", tried)
    assert "Mail that was sent" in tried
    assert "Mail that was sent" in inspect.getsource(showing), "as the demo calls it"
