"""Name a browser in words, so that people recognise it in a list. Pure, coarse on purpose."""

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrom", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)


def device_of(user_agent: str | None) -> str:
    """Return "Firefox, Windows"; empty when it tells nothing we know."""
    says = user_agent or ""
    found = (
        next((name for mark, name in names if mark in says), "") for names in (_BROWSERS, _SYSTEMS)
    )
    return ", ".join(one for one in found if one)
